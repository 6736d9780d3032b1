import { type DynamicModule, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { createRuntime } from '../assembly/runtime.js';
import { ContaSimplesAuthInterceptor } from '../http/axios/auth.interceptor.js';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import type {
  ContaSimplesAuthAsyncOptions,
  ContaSimplesAuthOptions,
  ContaSimplesAuthOptionsFactory,
  ContaSimplesModuleOptions,
  ResolvedOptions,
} from '../options/options.js';
import { COPY, checkRegistration, REGISTRATION, ScopeCheck, SERVICES, THIS_COPY } from './check-registration.js';
import { checkedOptions, deferred, LOADED_CONFIG, LoadedConfigModule } from './configuration.js';
import { ContaSimplesHttpService } from './http.service.js';
import { getContaSimplesHttpToken, injectableAccounts } from './inject-http.js';
import { RuntimeLifecycle } from './lifecycle.js';
import { injectScheduler, listInScheduler } from './scheduled-timers.js';
import { createServices, ServicesHandle } from './services.js';
import { ContaSimplesTokenService } from './token.service.js';

const OPTIONS = Symbol('nestjs-conta-simples-auth.options');

/**
 * Gives an application access tokens for the Conta Simples API. Import it once, in the root module.
 *
 * @example
 * ```ts
 * @Module({ imports: [ConfigModule.forRoot(), ContaSimplesAuthModule.forRoot()] })
 * export class AppModule {}
 * ```
 * @publicApi
 */
@Module({})
export class ContaSimplesAuthModule {
  /**
   * With options in code. Options that are left out are read from the environment, through `ConfigService` if the
   * application has one.
   *
   * @throws ContaSimplesAuthError of kind `configuration`, when the application starts
   */
  static forRoot(options: ContaSimplesModuleOptions = {}): DynamicModule {
    // If it is not an object, that is reported with all other problems when the application starts.
    if (!isObject(options)) return define({ isGlobal: undefined, provide: () => options, inject: [] });
    const { isGlobal, accounts } = options;
    return define({ isGlobal, provide: () => options, inject: [], record: accounts });
  }

  /**
   * With options from a factory, in the usual shapes of Nest: `useFactory` with `inject`, `useClass`, `useExisting`.
   *
   * @throws ContaSimplesAuthError of kind `configuration`: at once if not exactly one of the three is given, for all other
   * problems when the application starts
   */
  static forRootAsync(options: ContaSimplesAuthAsyncOptions): DynamicModule {
    checkShape(options);
    const { isGlobal, imports, useFactory, useClass, useExisting, inject = [] } = options;
    if (useFactory) return define({ isGlobal, imports, inject, provide: useFactory as ProvideOptions });
    const factory = (useExisting ?? useClass) as NonNullable<typeof useExisting>;
    return define({
      isGlobal,
      imports,
      inject: [factory],
      provide: (instance) => (instance as ContaSimplesAuthOptionsFactory).createContaSimplesAuthOptions(),
      ...(useClass && { providers: [useClass] }),
    });
  }
}

/** Exactly one of these is given. */
const SHAPES = ['useFactory', 'useClass', 'useExisting'] as const;

function checkShape(options: unknown): void {
  const given = isObject(options) ? SHAPES.filter((name) => (options as Record<string, unknown>)[name]) : [];
  if (given.length === 1) return;
  const was = isObject(options) ? given.join(' and ') || 'none of them' : 'no options';
  const needed = 'ContaSimplesAuthModule.forRootAsync() needs one of useFactory, useClass and useExisting';
  throw new ContaSimplesAuthError({ kind: 'configuration', what: `${needed}, and was given ${was}` });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type ProvideOptions = (...args: unknown[]) => ContaSimplesAuthOptions | Promise<ContaSimplesAuthOptions>;

interface Definition {
  readonly isGlobal: boolean | undefined;
  readonly imports?: ModuleMetadata['imports'];
  readonly providers?: Provider[];
  readonly inject: NonNullable<ContaSimplesAuthAsyncOptions['inject']>;
  readonly provide: ProvideOptions;
  /** The accounts in code, where they are known before the application starts. */
  readonly record?: unknown;
}

function define(definition: Definition): DynamicModule {
  const { isGlobal = true, imports = [], providers = [], inject, provide, record } = definition;
  const accountServices = [...injectableAccounts(record, process.env.CONTA_SIMPLES_ACCOUNTS)].map((account) => ({
    provide: getContaSimplesHttpToken(account),
    inject: [SERVICES, ContaSimplesHttpService],
    useFactory: (services: ServicesHandle, http: ContaSimplesHttpService) =>
      // If a test replaces our service, the account's service comes from the replacement.
      http === services.created?.http ? services.get().httpFor(account) : serviceOf(http, account),
  }));
  return {
    module: ContaSimplesAuthModule,
    global: isGlobal,
    imports: [LoadedConfigModule, ...imports],
    providers: [
      ...providers,
      { provide: COPY, useValue: THIS_COPY },
      { provide: REGISTRATION, inject: [ModulesContainer], useFactory: checkRegistration },
      { provide: ScopeCheck, inject: [ModuleRef], useFactory: (self: ModuleRef) => new ScopeCheck(self, inject) },
      // For `inject` and `useClass`, so that they too find the values of every loader.
      { provide: ConfigService, useExisting: LOADED_CONFIG },
      {
        provide: OPTIONS,
        inject: [REGISTRATION, ConfigService, ...inject],
        // A function, because a dump of the container shows the values of providers.
        useFactory: (_: unknown, config: ConfigService, ...args: unknown[]): Promise<() => ResolvedOptions> =>
          deferred(async () => checkedOptions(await provide(...args), config)),
      },
      {
        provide: SERVICES,
        inject: [OPTIONS, ScopeCheck, ModuleRef, ModulesContainer],
        useFactory: async (
          options: () => ResolvedOptions,
          scope: ScopeCheck,
          self: ModuleRef,
          modules: ModulesContainer,
        ): Promise<ServicesHandle> => {
          const scheduler = await injectScheduler(self, modules);
          return new ServicesHandle(() => {
            // No start hook has run in a module that a test has only compiled.
            scope.check();
            const listTimer = scheduler && ((account: string) => listInScheduler(scheduler, account));
            return createServices(createRuntime(options(), listTimer));
          });
        },
      },
      {
        provide: RuntimeLifecycle,
        inject: [SERVICES],
        useFactory: (services: ServicesHandle) => new RuntimeLifecycle(services),
      },
      {
        provide: ContaSimplesTokenService,
        inject: [SERVICES],
        useFactory: (services: ServicesHandle) => services.getKeptFresh().tokens,
      },
      {
        provide: ContaSimplesHttpService,
        inject: [SERVICES],
        useFactory: (services: ServicesHandle) => services.getKeptFresh().http,
      },
      ...accountServices,
      {
        provide: ContaSimplesAuthInterceptor,
        inject: [SERVICES],
        useFactory: (services: ServicesHandle) => new ContaSimplesAuthInterceptor(() => services.get().interceptor),
      },
    ],
    exports: [
      ContaSimplesTokenService,
      ContaSimplesHttpService,
      ContaSimplesAuthInterceptor,
      ...accountServices.map(({ provide: token }) => token),
    ],
  };
}

/** A replacement without `forAccount()` serves every account. */
function serviceOf(http: Partial<ContaSimplesHttpService>, account: string) {
  return typeof http?.forAccount === 'function' ? http.forAccount(account) : http;
}
