import { type InjectionToken, type OnModuleInit, type OptionalFactoryDependency, Scope } from '@nestjs/common';
import type { ModuleRef, ModulesContainer } from '@nestjs/core';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import { VERSION } from '../model/version.js';

/**
 * The injection token of the `ServicesHandle`. All copies of this package share it, so that a second copy is noticed; other
 * versions know it by this text.
 */
export const SERVICES = Symbol.for('nestjs-conta-simples-auth.core');
export const REGISTRATION = Symbol.for('nestjs-conta-simples-auth.registration');
/** The injection token under which each copy of the package provides its {@link PackageCopy}. */
export const COPY = Symbol.for('nestjs-conta-simples-auth.registration.copy');

/** One loaded copy of this package. A process has two if two versions, or two folders of one version, are installed. */
interface PackageCopy {
  readonly version: string;
  /** The file it was loaded from, if the stack of an error shows it. */
  readonly file: () => string | undefined;
}

/** Does not use `import.meta.url`: bundlers that write CommonJS cannot give it a value. */
export const THIS_COPY: PackageCopy = { version: VERSION, file: fileOfThisModule };

function fileOfThisModule(): string | undefined {
  // An application may have replaced Error.prepareStackTrace: the stack may then be anything.
  const stack: unknown = new Error().stack;
  if (typeof stack !== 'string') return undefined;
  return /^\s+at .*?\(?((?:file:\/\/\/|\/|[A-Za-z]:[\\/])[^()\n]*?)(?::\d+){1,2}\)?$/m.exec(stack)?.[1];
}

type NestModule = ModulesContainer extends Map<string, infer M> ? M : never;

/**
 * Checks, before anything is created, that the module is registered once in the application, by one copy of the package,
 * and before the application starts.
 *
 * @throws ContaSimplesAuthError of kind `configuration`
 */
export function checkRegistration(modules: ModulesContainer): PackageCopy {
  const registered = [...modules.values()].filter(({ providers }) => [...providers.keys()].some(isRuntime));
  if (registered.length > 1) throw registeredAgain(registered.map(copyOf));
  if (registered.some((module) => !isImportedByRoot(module, modules))) throw loadedLazily();
  return THIS_COPY;
}

/** Compares the name: the first versions of this package did not share the symbol between copies. */
function isRuntime(token: unknown): boolean {
  return typeof token === 'symbol' && token.description === SERVICES.description;
}

/** `undefined` for a version that does not provide its {@link PackageCopy}. */
function copyOf({ providers }: NestModule): PackageCopy | undefined {
  const described = [...providers.entries()].find(([token]) => token === COPY)?.[1];
  return described?.instance as PackageCopy | undefined;
}

/** Two registrations would each keep and refresh a token. One dynamic module that several modules import is one. */
function registeredAgain(copies: readonly (PackageCopy | undefined)[]): ContaSimplesAuthError {
  if (new Set(copies).size === 1 && copies[0] !== undefined) {
    return configurationError(
      'ContaSimplesAuthModule is registered more than once: call forRoot() or forRootAsync() once, in the root module. ' +
        'Its services can then be injected anywhere, and further accounts go into the option `accounts`',
    );
  }
  const list = copies.map((copy) => `\n  - ${copy === undefined ? 'an earlier version' : describeCopy(copy)}`).join('');
  return configurationError(
    `ContaSimplesAuthModule is registered by ${copies.length} copies of nestjs-conta-simples-auth in one application:${list}\n` +
      'Each would keep a token and refresh it. Install one copy that all packages share (npm ls nestjs-conta-simples-auth ' +
      'shows them; a library of the workspace lists it as a peer dependency), and call forRoot() once, in the root module',
  );
}

function describeCopy({ version, file }: PackageCopy): string {
  const path = file();
  return path === undefined ? `version ${version}` : `version ${version}, ${path}`;
}

/**
 * Whether the module is among the imports of the root module, directly or not. Nest calls neither start nor shutdown hooks
 * of modules that `LazyModuleLoader` adds later.
 */
function isImportedByRoot(module: NestModule, modules: ModulesContainer): boolean {
  // The order of Nest's container: its internal core module, then the root module.
  const [, root] = modules.values();
  const seen = new Set(root === undefined ? [] : [root]);
  for (const each of seen) for (const imported of each.imports) seen.add(imported);
  return seen.has(module);
}

function loadedLazily(): ContaSimplesAuthError {
  return configurationError(
    'ContaSimplesAuthModule was loaded by LazyModuleLoader, after the start of the application: Nest then calls neither ' +
      'its start nor its shutdown hooks. Import it in the root module; modules that are loaded later can inject its services',
  );
}

/**
 * Reports at startup that the options depend on a request-scoped provider. Nest would then create the whole module again
 * for each request, each time with another token and timer, and would never close them.
 */
export class ScopeCheck implements OnModuleInit {
  readonly #moduleRef: ModuleRef;
  readonly #inject: readonly (InjectionToken | OptionalFactoryDependency)[];

  /** `inject` is what the factory of the options depends on. */
  constructor(moduleRef: ModuleRef, inject: readonly (InjectionToken | OptionalFactoryDependency)[]) {
    this.#moduleRef = moduleRef;
    this.#inject = inject;
  }

  onModuleInit(): void {
    this.check();
  }

  /** @throws ContaSimplesAuthError of kind `configuration` */
  check(): void {
    if (!isPerRequest(this.#moduleRef, SERVICES)) return;
    const tokens = this.#inject.map((each) => (isOptional(each) ? each.token : each));
    const names = tokens.filter((token) => isPerRequest(this.#moduleRef, token)).map(nameOf);
    const which = names.length === 0 ? '' : ` (${names.join(', ')})`;
    throw configurationError(
      `ContaSimplesAuthModule.forRootAsync() depends on a request-scoped provider${which}: there would be one token for ` +
        'each request. Give it providers of the default scope; pairs that differ between requests are accounts: give the ' +
        'option `accounts` a function, and name the account in each call',
    );
  }
}

function isOptional(dependency: InjectionToken | OptionalFactoryDependency): dependency is OptionalFactoryDependency {
  return typeof dependency === 'object' && 'token' in dependency;
}

function isPerRequest(moduleRef: ModuleRef, token: InjectionToken): boolean {
  try {
    return moduleRef.introspect(token as Parameters<ModuleRef['introspect']>[0]).scope === Scope.REQUEST;
  } catch {
    // Nest does not know the token: an optional dependency that is not provided.
    return false;
  }
}

function nameOf(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : String(token);
}

function configurationError(what: string): ContaSimplesAuthError {
  return new ContaSimplesAuthError({ kind: 'configuration', what });
}
