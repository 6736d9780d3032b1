import { Inject, Injectable, Module, type Type } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { ModuleRef, ModulesContainer } from '@nestjs/core';

/** The application's `ConfigService`, once every loader of every `ConfigModule` has ended. */
export const LOADED_CONFIG = Symbol('nestjs-conta-simples-auth.loaded-config');

/**
 * A bare `ConfigModule` gives its service at once, before the loaders of the application's `ConfigModule.forRoot()` have
 * put their values into it. This module waits for them, in any import order. A loader that rejects fails the start with
 * its own error.
 */
@Module({
  imports: [ConfigModule],
  providers: [
    {
      provide: LOADED_CONFIG,
      inject: [ConfigService, ModulesContainer],
      useFactory: async (config: ConfigService, modules: ModulesContainer): Promise<ConfigService> => {
        const configModules = [...modules.values()].filter(({ metatype }) => metatype === ConfigModule);
        await Promise.all(configModules.map(({ providers }) => waitForProviders(providers)));
        return config;
      },
    },
  ],
  exports: [LOADED_CONFIG],
})
export class LoadedConfigModule {}

type Providers = ModulesContainer extends Map<string, infer M extends { providers: unknown }> ? M['providers'] : never;

/** Nest waits for the dependencies of a class before it makes one: this class depends on every provider of the module. */
async function waitForProviders(providers: Providers): Promise<void> {
  const moduleRef = providers.get(ModuleRef)?.instance as ModuleRef | undefined;
  if (moduleRef === undefined) return;
  @Injectable()
  class DependsOnAll {}
  for (const [index, token] of [...providers.keys()].entries()) Inject(token)(DependsOnAll, undefined, index);
  await moduleRef.create(DependsOnAll as Type);
}
