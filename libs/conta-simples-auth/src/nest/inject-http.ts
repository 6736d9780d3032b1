import { Inject } from '@nestjs/common';
import { ContaSimplesHttpService } from './http.service.js';

/** The accounts that classes of this process inject. Nest requires that every provider is declared before the start. */
const injected = new Set<string>();

/**
 * The injection token of the `ContaSimplesHttpService` of one account, for `app.get()`, `overrideProvider()` and
 * `inject`. Nest knows it for the accounts of a record in `forRoot()` or of the environment, and for every name with which
 * `@InjectContaSimplesHttp()` is used.
 *
 * @publicApi
 */
export function getContaSimplesHttpToken(account: string): string {
  return `${ContaSimplesHttpService.name}:${account}`;
}

/**
 * Injects the `ContaSimplesHttpService` of one account.
 *
 * @example
 * ```ts
 * constructor(@InjectContaSimplesHttp('filial-sp') private readonly filial: ContaSimplesHttpService) {}
 * ```
 * @publicApi
 */
export function InjectContaSimplesHttp(account: string): ParameterDecorator & PropertyDecorator {
  injected.add(account);
  return Inject(getContaSimplesHttpToken(account));
}

/** The accounts that get an injectable `ContaSimplesHttpService`: those that are known before the application starts. */
export function injectableAccounts(record: unknown, listed: string | undefined): ReadonlySet<string> {
  const inRecord = typeof record === 'object' && record !== null ? Object.keys(record) : [];
  const inList = (listed ?? '').split(',').map((name) => name.trim());
  return new Set([...injected, ...inRecord, ...inList.filter((name) => name !== '')]);
}
