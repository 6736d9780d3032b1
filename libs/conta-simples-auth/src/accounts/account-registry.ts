import { ContaSimplesAuthError } from '../model/auth-error.js';
import { printedName } from '../model/printed-name.js';
import { type Clock, systemClock } from '../support/clock.js';
import { inSlices } from '../support/in-slices.js';
import type { TokenKeeper } from '../token/keeper.js';
import { RecentAccounts } from './recent-accounts.js';

/** The account of the pair without a name. */
export const DEFAULT_ACCOUNT = 'default';

export interface AccountRegistryOptions {
  /** Accounts that exist from the start. */
  readonly names: readonly string[];
  /** Whether other names may exist as well, because a function provides their credentials. */
  readonly open: boolean;
  /** How many accounts of that function are held at most. More only while all of them have requests or waiters. */
  readonly maxAccounts: number;
  readonly clock?: Clock;
  readonly environment: string;
  readonly create: (account: string) => TokenKeeper;
}

/** Finds the keeper of an account. Names are data: `constructor` and other inherited properties are no accounts. */
export class AccountRegistry {
  readonly #options: AccountRegistryOptions;
  readonly #clock: Clock;
  /** Accounts that have their own credentials: held as long as the application runs. */
  readonly #fixed = new Map<string, TokenKeeper>();
  /** Accounts whose credentials a function provides: held while they are among the last used. */
  readonly #provided: RecentAccounts;
  /** The keeper for calls without a name. */
  #default: TokenKeeper | undefined;
  #phase: 'open' | 'draining' | 'closed' = 'open';

  constructor(options: AccountRegistryOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { maxAccounts: max } = options;
    this.#provided = new RecentAccounts({ max, clock: this.#clock, successor: (account) => this.get(account) });
    for (const name of options.names) this.#fixed.set(name, options.create(name));
    this.#default = this.#fixed.get(DEFAULT_ACCOUNT);
  }

  find(account: string | undefined): TokenKeeper | undefined {
    if (account === undefined) return this.#default;
    // Most applications have accounts of one kind only, and need one lookup.
    const fixed = this.#fixed.size > 0 ? this.#fixed.get(account) : undefined;
    return fixed ?? this.#provided.get(account);
  }

  /** @throws ContaSimplesAuthError of kind `unknown_account` */
  get(account: string | undefined): TokenKeeper {
    return this.find(account) ?? this.#createIfAllowed(account);
  }

  /**
   * The keeper if there is one; `undefined` for an account that was not used yet. Makes none, so that no other account is
   * evicted for it.
   *
   * @throws ContaSimplesAuthError of kind `unknown_account`
   */
  peek(account: string | undefined): TokenKeeper | undefined {
    const keeper = this.find(account);
    if (keeper === undefined) this.#checkCanExist(account);
    return keeper;
  }

  /**
   * Adds an account, or restarts it because it has another pair now. An account of the function keeps its keeper, so that
   * there is never more than one for a name: callers that wait get a token of the new pair.
   */
  set(account: string): TokenKeeper {
    const present = this.#fixed.get(account) ?? this.#provided.delete(account);
    present?.restart();
    const keeper = present ?? this.#options.create(account);
    this.#fixed.set(account, keeper);
    if (account === DEFAULT_ACCOUNT) this.#default = keeper;
    this.#followPhase(keeper);
    return keeper;
  }

  /** Forgets an account and cancels its timer. Callers that wait for its token get an `unknown_account` error. */
  remove(account: string): boolean {
    const keeper = this.#fixed.get(account) ?? this.#provided.get(account);
    if (keeper === undefined) return false;
    this.#fixed.delete(account);
    this.#provided.delete(account);
    if (account === DEFAULT_ACCOUNT) this.#default = undefined;
    keeper.close(() => this.#unknown(account));
    return true;
  }

  /** The names of the accounts with their own credentials; a provider function may know others. */
  get names(): readonly string[] {
    return [...this.#fixed.keys()];
  }

  *[Symbol.iterator](): IterableIterator<TokenKeeper> {
    yield* this.#fixed.values();
    yield* this.#provided;
  }

  /** Obtains the first token of each account that exists. */
  warmUp(): Promise<void> {
    return inSlices(this, this.#clock, (keeper) => keeper.warmUp());
  }

  drain(): Promise<void> {
    if (this.#phase === 'open') this.#phase = 'draining';
    this.#provided.stop();
    return inSlices(this, this.#clock, (keeper) => keeper.drain());
  }

  close(): Promise<void> {
    this.#phase = 'closed';
    this.#provided.stop();
    return inSlices(this, this.#clock, (keeper) => keeper.close());
  }

  #createIfAllowed(account: unknown): TokenKeeper {
    this.#checkCanExist(account);
    const keeper = this.#options.create(account);
    this.#followPhase(keeper);
    if (this.#phase !== 'closed') this.#provided.add(account, keeper);
    return keeper;
  }

  #checkCanExist(account: unknown): asserts account is string {
    if (!this.#options.open || typeof account !== 'string' || account === '') throw this.#unknown(account);
  }

  /** Accounts that are added while the application ends are treated like those that were there. */
  #followPhase(keeper: TokenKeeper): void {
    if (this.#phase === 'draining') keeper.drain();
    if (this.#phase === 'closed') keeper.close();
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
  const shown = names.slice(0, LISTED).map((name) => printedName(name));
  const more = names.length - shown.length;
  return `${shown.join(', ') || 'none by name'}${more > 0 ? ` and ${more} more` : ''}`;
}
