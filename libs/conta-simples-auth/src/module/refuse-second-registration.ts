import type { ModulesContainer } from '@nestjs/core';
import { ContaSimplesAuthError } from '../token/auth-error.js';
import { CORE } from './injection-tokens.js';

/** Two registrations would keep two tokens and refresh each. One dynamic module that several modules import is one. */
export function refuseSecondRegistration(modules: ModulesContainer): void {
  const registrations = [...modules.values()].filter((module) => module.providers.has(CORE));
  if (registrations.length < 2) return;
  throw new ContaSimplesAuthError({
    kind: 'configuration',
    what:
      'ContaSimplesAuthModule is registered more than once: call forRoot() or forRootAsync() once, in the root module. ' +
      'Its services can then be injected anywhere, and further accounts go into the option `accounts`',
  });
}
