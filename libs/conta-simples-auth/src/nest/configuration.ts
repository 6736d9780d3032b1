import { Inject, Injectable, Logger, Module, type Type } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { type EnvFile, envFiles, usualEnvFiles } from '../options/env-files.js';
import type { ContaSimplesAuthOptions, ResolvedOptions } from '../options/options.js';
import { inspectOptions } from '../options/resolve-options.js';

/** The application's `ConfigService`, after every loader of every `ConfigModule` has ended. */
export const LOADED_CONFIG = Symbol('nestjs-conta-simples-auth.loaded-config');

/**
 * A bare `ConfigModule` provides its service at once, before the loaders of the application's `ConfigModule.forRoot()` have
 * put their values into it. This module waits for them, in any import order. A loader that rejects fails the start with
 * its error.
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

/** Nest waits for the dependencies of a class before it creates one: this class depends on every provider of the module. */
async function waitForProviders(providers: Providers): Promise<void> {
  const moduleRef = providers.get(ModuleRef)?.instance as ModuleRef | undefined;
  if (moduleRef === undefined) return;
  @Injectable()
  class DependsOnAll {}
  for (const [index, token] of [...providers.keys()].entries()) Inject(token)(DependsOnAll, undefined, index);
  await moduleRef.create(DependsOnAll as Type);
}

/**
 * The options given in code, completed from the environment and checked. Logs what is suspicious.
 *
 * @throws ContaSimplesAuthError of kind `configuration`, naming every setting that is missing or wrong
 */
export function checkedOptions(given: ContaSimplesAuthOptions, config: ConfigService): ResolvedOptions {
  const variables = Object.keys(process.env).filter((name) => process.env[name]?.trim());
  const { options, problems } = inspectOptions(given, readThrough(config), { variables, envFiles: envFilesOf(config) });
  const logger = new Logger('ContaSimplesAuth');
  for (const { setting, what } of problems.warnings) logger.warn(`${setting} ${what}`);
  problems.throwIfAny();
  return options;
}

/** The application's `ConfigModule` may hide variables that it does not know, or load later than this module. */
function readThrough(config: ConfigService): (name: string) => string | undefined {
  return (name) => {
    // A test may provide an object without `get()`.
    const value: unknown = config.get?.(name) ?? process.env[name];
    return value === undefined || value === null ? undefined : String(value);
  };
}

/** The files that the application's `ConfigModule` was given, and those that it or Node usually reads. */
function envFilesOf(config: ConfigService): EnvFile[] {
  // Not a public name of ConfigService; used only to improve messages.
  const { envFilePaths } = config as unknown as { envFilePaths?: unknown };
  const paths = Array.isArray(envFilePaths) ? envFilePaths.filter((path) => typeof path === 'string') : [];
  return envFiles([...paths, ...usualEnvFiles()]);
}

/** The result of `work`, as a function that returns it or throws what `work` threw, each time that it is called. */
export async function deferred<Value>(work: () => Promise<Value>): Promise<() => Value> {
  try {
    const value = await work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
