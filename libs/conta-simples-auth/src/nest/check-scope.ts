import { type InjectionToken, type OnModuleInit, type OptionalFactoryDependency, Scope } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { configurationError } from './check-registration.js';
import { RUNTIME } from './injection-tokens.js';

type Dependencies = readonly (InjectionToken | OptionalFactoryDependency)[];

/**
 * Reports at startup that the options depend on a request-scoped provider. Nest would then make the whole module anew for
 * each request: each with a token, a timer and requests of its own, and none of them would ever be closed.
 */
export class ScopeCheck implements OnModuleInit {
  readonly #moduleRef: ModuleRef;
  readonly #inject: Dependencies;

  constructor(moduleRef: ModuleRef, inject: Dependencies) {
    this.#moduleRef = moduleRef;
    this.#inject = inject;
  }

  onModuleInit(): void {
    this.check();
  }

  /** @throws ContaSimplesAuthError of kind `configuration` */
  check(): void {
    if (!isPerRequest(this.#moduleRef, RUNTIME)) return;
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
    // Nest does not know the token: an optional dependency that is not there.
    return false;
  }
}

function nameOf(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : String(token);
}
