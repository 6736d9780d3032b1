import { type DynamicModule, Logger, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { createRuntime } from '../assembly/runtime.js';
import { deferred, RuntimeHandle } from '../assembly/runtime-handle.js';
import { ContaSimplesAuthInterceptor } from '../http/axios/auth.interceptor.js';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import { type EnvFile, envFiles, usualEnvFiles } from '../options/env-files.js';
import { LOADED_CONFIG, LoadedConfigModule } from '../options/loaded-config.js';
import type {
  ContaSimplesAuthAsyncOptions,
  ContaSimplesAuthOptions,
  ContaSimplesAuthOptionsFactory,
  ContaSimplesModuleOptions,
} from '../options/options.js';
import { inspectOptions } from '../options/resolve-options.js';
import type { ResolvedOptions } from '../options/resolved-options.js';
import { COPY, checkRegistration } from './check-registration.js';
import { ScopeCheck } from './check-scope.js';
import { ContaSimplesHttpService } from './http.service.js';
import { getContaSimplesHttpToken, injectableAccounts } from './inject-http.js';
import { OPTIONS, REGISTRATION, RUNTIME } from './injection-tokens.js';
import { RuntimeLifecycle } from './lifecycle.js';
import { THIS_COPY } from './package-copy.js';
import { listInScheduler } from './scheduled-timers.js';
import { ContaSimplesTokenService } from './token.service.js';

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
   * With options in code; whatever is left out is read from the environment, through `ConfigService` where the
   * application has one.
   *
   * @throws ContaSimplesAuthError of kind `configuration`, when the application starts
   */
  static forRoot(options: ContaSimplesModuleOptions = {}): DynamicModule {
    // What is no object is told of with everything else, when the application starts.
    if (!isObject(options)) return define({ isGlobal: undefined, provide: () => options, inject: [] });
    const { isGlobal, accounts } = options;
    return define({ isGlobal, provide: () => options, inject: [], record: accounts });
  }

  /**
   * With options from a factory, in the usual shapes of Nest: `useFactory` with `inject`, `useClass`, `useExisting`.
   *
   * @throws ContaSimplesAuthError of kind `configuration`: at once where it is not one of the three that is given, for all
   * else when the application starts
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

/** Of these, one says where the options come from. */
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
  const clients = [...injectableAccounts(record, process.env.CONTA_SIMPLES_ACCOUNTS)].map((account) => ({
    provide: getContaSimplesHttpToken(account),
    inject: [RUNTIME, ContaSimplesHttpService],
    useFactory: (runtime: RuntimeHandle, http: ContaSimplesHttpService) =>
      // Of a service that a test has put in place of ours, the client is as well.
      http === runtime.made?.http ? runtime.get().httpFor(account) : clientOf(http, account),
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
      // What `inject` and `useClass` get, so that they too find every value that a loader gives.
      { provide: ConfigService, useExisting: LOADED_CONFIG },
      {
        provide: OPTIONS,
        inject: [REGISTRATION, ConfigService, ...inject],
        // Secrets are put behind functions here and now: what a provider's value holds, a dump of the container shows.
        useFactory: (_: unknown, config: ConfigService, ...args: unknown[]): Promise<() => ResolvedOptions> =>
          deferred(async () => checkedOptions(await provide(...args), config)),
      },
      {
        provide: RUNTIME,
        inject: [OPTIONS, ScopeCheck, { token: SchedulerRegistry, optional: true }],
        useFactory: (options: () => ResolvedOptions, scope: ScopeCheck, scheduler?: SchedulerRegistry): RuntimeHandle =>
          new RuntimeHandle(() => {
            // Where no start hook has run, as in a module that a test has only compiled.
            scope.check();
            return createRuntime(options(), (account) => listInScheduler(scheduler, account));
          }),
      },
      {
        provide: RuntimeLifecycle,
        inject: [RUNTIME],
        useFactory: (runtime: RuntimeHandle) => new RuntimeLifecycle(runtime),
      },
      {
        provide: ContaSimplesTokenService,
        inject: [RUNTIME],
        useFactory: (runtime: RuntimeHandle) => runtime.forService().tokens,
      },
      {
        provide: ContaSimplesHttpService,
        inject: [RUNTIME],
        useFactory: (runtime: RuntimeHandle) => runtime.forService().http,
      },
      ...clients,
      {
        provide: ContaSimplesAuthInterceptor,
        inject: [RUNTIME],
        useFactory: (runtime: RuntimeHandle) => new ContaSimplesAuthInterceptor(() => runtime.get().attaching),
      },
    ],
    exports: [
      ContaSimplesTokenService,
      ContaSimplesHttpService,
      ContaSimplesAuthInterceptor,
      ...clients.map((client) => client.provide),
    ],
  };
}

/** @throws ContaSimplesAuthError of kind `configuration`, naming every setting that is missing or wrong */
function checkedOptions(given: ContaSimplesAuthOptions, config: ConfigService): ResolvedOptions {
  const variables = Object.keys(process.env).filter((name) => process.env[name]?.trim());
  const { options, problems } = inspectOptions(given, readThrough(config), { variables, envFiles: envFilesOf(config) });
  const logger = new Logger('ContaSimplesAuth');
  for (const { setting, what } of problems.warnings) logger.warn(`${setting} ${what}`);
  problems.throwIfAny();
  return options;
}

/** The files that the application's `ConfigModule` was given, and those that it or Node is usually given. */
function envFilesOf(config: ConfigService): EnvFile[] {
  // Not among its public names, and only ever used for a better message.
  const { envFilePaths } = config as unknown as { envFilePaths?: unknown };
  const paths = Array.isArray(envFilePaths) ? envFilePaths.filter((path) => typeof path === 'string') : [];
  return envFiles([...paths, ...usualEnvFiles()]);
}

/** A stand-in without `forAccount()` serves every account. */
function clientOf(http: Partial<ContaSimplesHttpService>, account: string) {
  return typeof http?.forAccount === 'function' ? http.forAccount(account) : http;
}

/** The application's own `ConfigModule` may hide what it does not know, or load later than this module. */
function readThrough(config: ConfigService): (name: string) => string | undefined {
  return (name) => {
    // A test's stand-in may have one method alone.
    const value: unknown = config.get?.(name) ?? process.env[name];
    return value === undefined || value === null ? undefined : String(value);
  };
}
