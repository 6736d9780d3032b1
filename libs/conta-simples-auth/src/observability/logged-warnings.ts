/** Accounts for which one warning is logged. With a provider function there may be any number of names. */
export const MAX_ACCOUNTS_PER_WARNING = 1_000;

/** Remembers for which accounts a warning was logged. Takes a limited amount of memory, whatever the number of accounts. */
export class LoggedWarnings {
  readonly #accounts = new Map<string, Set<string>>();

  /** Whether to log a warning for an account: `last` if it is not logged for any further account. */
  note(what: string, account: string): 'no' | 'yes' | 'last' {
    const accounts = this.#accounts.get(what) ?? new Set();
    if (accounts.size >= MAX_ACCOUNTS_PER_WARNING || accounts.has(account)) return 'no';
    this.#accounts.set(what, accounts.add(account));
    return accounts.size < MAX_ACCOUNTS_PER_WARNING ? 'yes' : 'last';
  }
}
