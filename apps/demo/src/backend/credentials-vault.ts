import type { ContaSimplesCredentials } from 'nestjs-conta-simples-auth';

/** Stands for the place where an application stores its customers' credentials. */
export class CredentialsVault {
  readonly #pairs: Map<string, ContaSimplesCredentials>;

  constructor(pairs: Iterable<readonly [account: string, pair: ContaSimplesCredentials]>) {
    this.#pairs = new Map(pairs);
  }

  /** @throws Error if there is no such account */
  read(account: string): ContaSimplesCredentials {
    const pair = this.#pairs.get(account);
    if (pair === undefined) throw new Error(`The vault has no credentials of the account "${account}"`);
    return pair;
  }

  replace(account: string, pair: ContaSimplesCredentials): void {
    this.#pairs.set(account, pair);
  }
}
