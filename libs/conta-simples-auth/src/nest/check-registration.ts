import type { ModulesContainer } from '@nestjs/core';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import { REGISTRATION, RUNTIME } from './injection-tokens.js';
import { type PackageCopy, THIS_COPY } from './package-copy.js';

type NestModule = ModulesContainer extends Map<string, infer M> ? M : never;

/**
 * Checks how the module was registered, before anything is made of it: once in an application, by one copy of the
 * package, and when the application starts.
 *
 * @throws ContaSimplesAuthError of kind `configuration`
 */
export function checkRegistration(modules: ModulesContainer): PackageCopy {
  const registered = [...modules.values()].filter(({ providers }) => [...providers.keys()].some(isCore));
  if (registered.length > 1) throw registeredAgain(registered.map(copyOf));
  if (registered.some((module) => !isImportedByRoot(module, modules))) throw loadedLazily();
  return THIS_COPY;
}

/** By its name: the first versions of this package did not share the symbol between copies. */
function isCore(token: unknown): boolean {
  return typeof token === 'symbol' && token.description === RUNTIME.description;
}

/** `undefined` for a copy of a version that does not describe itself. */
function copyOf({ providers }: NestModule): PackageCopy | undefined {
  const described = [...providers.entries()].find(([token]) => token === COPY)?.[1];
  return described?.instance as PackageCopy | undefined;
}

/** Where each copy of the package describes itself in its module. */
export const COPY = Symbol.for(`${String(REGISTRATION.description)}.copy`);

/** Two registrations would keep two tokens and refresh each. One dynamic module that several modules import is one. */
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
  // The order of Nest's container: its own core module, then the root module.
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

export function configurationError(what: string): ContaSimplesAuthError {
  return new ContaSimplesAuthError({ kind: 'configuration', what });
}
