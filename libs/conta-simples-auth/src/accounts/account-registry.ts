import { ContaSimplesAuthError } from '../token/auth-error.js';
import type { TokenKeeper } from '../token/keeper.js';

/** The account of the pair without a name. */
export const DEFAULT_ACCOUNT = 'default';

export interface AccountRegistryOptions {
  /** Accounts that exist from the start. */
  readonly names: readonly string[];
  /** Whether other names may exist as well, because a function provides their credentials. */
  readonly open: boolean;
  readonly environment: string;
  readonly create: (account: string) => TokenKeeper;
}

/** Finds the keeper of an account. Names are data: nothing that an object inherits is ever one. */
export class AccountRegistry {
  readonly #options: AccountRegistryOptions;
  readonly #keepers = new Map<string, TokenKeeper>();
  /** The keeper of a call without a name, looked up once. */
  readonly #default: TokenKeeper | undefined;

  constructor(options: AccountRegistryOptions) {
    this.#options = options;
    for (const name of options.names) this.#keepers.set(name, options.create(name));
    this.#default = this.#keepers.get(DEFAULT_ACCOUNT);
  }

  find(account: string | undefined): TokenKeeper | undefined {
    return account === undefined ? this.#default : this.#keepers.get(account);
  }

  /** @throws ContaSimplesAuthError of kind `unknown_account` */
  get(account: string | undefined): TokenKeeper {
    return this.find(account) ?? this.#createOrRefuse(account);
  }

  get names(): readonly string[] {
    return [...this.#keepers.keys()];
  }

  *[Symbol.iterator](): IterableIterator<TokenKeeper> {
    yield* this.#keepers.values();
  }

  #createOrRefuse(account: unknown): TokenKeeper {
    const { open, create, environment } = this.#options;
    if (open && typeof account === 'string' && account !== '') {
      const keeper = create(account);
      this.#keepers.set(account, keeper);
      return keeper;
    }
    const names = listed(this.#options.names);
    const what =
      account === undefined
        ? `There is no default account, so a call has to name one of: ${names}`
        : `There is no such account, only: ${names}`;
    const named = typeof account === 'string' ? { account } : {};
    throw new ContaSimplesAuthError({ kind: 'unknown_account', what, environment, ...named });
  }
}

const LISTED = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return `${shown.join(', ') || 'none by name'}${more > 0 ? ` and ${more} more` : ''}`;
}
