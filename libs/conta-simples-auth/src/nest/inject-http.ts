import { Inject } from '@nestjs/common';
import { ContaSimplesHttpService } from './http.service.js';

/** The names that classes of this process ask for: Nest wants every provider declared, and a factory knows none yet. */
const askedFor = new Set<string>();

/**
 * The injection token of the `ContaSimplesHttpService` of one account, for `app.get()`, `overrideProvider()` and
 * `inject`. Known to Nest for the accounts of a record in `forRoot()` or of the environment, and for every name that
 * `@InjectContaSimplesHttp()` is used with.
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
  askedFor.add(account);
  return Inject(getContaSimplesHttpToken(account));
}

/** Every account that there should be an injectable client for, of those that are known before the application starts. */
export function injectableAccounts(record: unknown, listed: string | undefined): ReadonlySet<string> {
  const inRecord = typeof record === 'object' && record !== null ? Object.keys(record) : [];
  const inList = (listed ?? '').split(',').map((name) => name.trim());
  return new Set([...askedFor, ...inRecord, ...inList.filter((name) => name !== '')]);
}
