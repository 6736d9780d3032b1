import { ContaSimplesAuthError } from '../token/auth-error.js';
import type { TokenKeeper } from '../token/keeper.js';
import { RecentAccounts } from './recent-accounts.js';

/** The account of the pair without a name. */
export const DEFAULT_ACCOUNT = 'default';

export interface AccountRegistryOptions {
  /** Accounts that exist from the start. */
  readonly names: readonly string[];
  /** Whether other names may exist as well, because a function provides their credentials. */
  readonly open: boolean;
  /** How many accounts of that function are held at most. */
  readonly maxAccounts: number;
  readonly environment: string;
  readonly create: (account: string) => TokenKeeper;
}

/** Finds the keeper of an account. Names are data: nothing that an object inherits is ever one. */
export class AccountRegistry {
  readonly #options: AccountRegistryOptions;
  /** Accounts with credentials of their own: held as long as the application runs. */
  readonly #fixed = new Map<string, TokenKeeper>();
  /** Accounts whose credentials a function provides: held while they are among the last used. */
  readonly #provided: RecentAccounts;
  /** The keeper of a call without a name, looked up once. */
  #default: TokenKeeper | undefined;
  #closed = false;

  constructor(options: AccountRegistryOptions) {
    this.#options = options;
    this.#provided = new RecentAccounts(options.maxAccounts);
    for (const name of options.names) this.#fixed.set(name, options.create(name));
    this.#default = this.#fixed.get(DEFAULT_ACCOUNT);
  }

  find(account: string | undefined): TokenKeeper | undefined {
    if (account === undefined) return this.#default;
    return this.#fixed.get(account) ?? this.#provided.get(account);
  }

  /** @throws ContaSimplesAuthError of kind `unknown_account` */
  get(account: string | undefined): TokenKeeper {
    return this.find(account) ?? this.#createOrRefuse(account);
  }

  /** Adds an account, or lets one that is there start afresh because its credentials are others now. */
  set(account: string): TokenKeeper {
    const present = this.#fixed.get(account);
    present?.restart();
    const keeper = present ?? this.#options.create(account);
    this.#provided.delete(account)?.retire();
    this.#fixed.set(account, keeper);
    if (account === DEFAULT_ACCOUNT) this.#default = keeper;
    if (this.#closed) keeper.close();
    return keeper;
  }

  /** Forgets an account, timers and all; whoever waits for its token is told that it is unknown. */
  remove(account: string): boolean {
    const keeper = this.#fixed.get(account) ?? this.#provided.get(account);
    if (keeper === undefined) return false;
    this.#fixed.delete(account);
    this.#provided.delete(account);
    if (account === DEFAULT_ACCOUNT) this.#default = undefined;
    keeper.close(this.#unknown(account));
    return true;
  }

  /** The names that exist for certain; a provider's function may know others. */
  get names(): readonly string[] {
    return [...this.#fixed.keys()];
  }

  *[Symbol.iterator](): IterableIterator<TokenKeeper> {
    yield* this.#fixed.values();
    yield* this.#provided;
  }

  drain(): void {
    for (const keeper of this) keeper.drain();
  }

  close(): void {
    this.#closed = true;
    for (const keeper of this) keeper.close();
  }

  #createOrRefuse(account: unknown): TokenKeeper {
    const { open, create } = this.#options;
    if (!open || typeof account !== 'string' || account === '') throw this.#unknown(account);
    const keeper = create(account);
    if (this.#closed) keeper.close();
    else this.#provided.add(account, keeper);
    return keeper;
  }

  #unknown(account: unknown): ContaSimplesAuthError {
    const { open, environment } = this.#options;
    const known = open ? 'any that the provider of the credentials knows' : listed(this.names);
    const what =
      account === undefined
        ? `There is no default account, so a call has to name one of: ${known}`
        : `There is no such account, only: ${known}`;
    const named = typeof account === 'string' ? { account } : {};
    return new ContaSimplesAuthError({ kind: 'unknown_account', what, environment, ...named });
  }
}

const LISTED = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return `${shown.join(', ') || 'none by name'}${more > 0 ? ` and ${more} more` : ''}`;
}
