/** What accounts without a name of their own read, all together. */
export const OTHER_ACCOUNTS = 'other';

const LONGEST_NAME = 128;

/**
 * Keeps the number of time series bounded: an accounting firm has thousands of accounts, and with a provider function any
 * name may be asked for. So a name that was not configured counts only once a token has been obtained for it.
 */
export class AccountNames {
  readonly #named = new Set<string>();
  readonly #max: number;

  constructor(configured: readonly string[], max: number) {
    this.#max = max;
    for (const account of configured) this.admit(account);
  }

  /** Gives the account a name of its own, if there is room. It keeps that for good: a series that ends is of little use. */
  admit(account: string): void {
    if (this.#named.size < this.#max && account.length <= LONGEST_NAME) this.#named.add(account);
  }

  of(account: string): string {
    return this.#named.has(account) ? account : OTHER_ACCOUNTS;
  }
}
