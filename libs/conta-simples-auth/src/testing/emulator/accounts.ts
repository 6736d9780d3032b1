import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * A company account of the emulator. Key and secret are made up and valid only for this emulator.
 *
 * @publicApi
 */
export interface EmulatorAccount {
  /** Names the account in counts, logs and tokens, and seeds its data. */
  readonly name: string;
  /** The key that is valid now. */
  readonly apiKey: string;
  /** The secret that is valid now. */
  readonly apiSecret: string;
}

/**
 * An account to add.
 *
 * @publicApi
 */
export interface EmulatorAccountInput {
  /** Non-empty. Default: `default` for the first account, then `account-2`, `account-3` and so on. */
  readonly name?: string;
  /** Non-empty, without a colon: RFC 7617 section 2 ends the user-id at the first one. */
  readonly apiKey: string;
  /** Non-empty. */
  readonly apiSecret: string;
}

/**
 * New credentials of an account; fields that are left out get a new random value.
 *
 * @publicApi
 */
export interface CredentialRotation {
  /** The new key: non-empty, without a colon. */
  readonly apiKey?: string;
  /** The new secret: non-empty. */
  readonly apiSecret?: string;
  /** Also revoke the tokens that were issued with the old credentials. Default: `false`, they stay valid until they expire. */
  readonly revokeTokens?: boolean;
}

/**
 * The credentials of the account that an emulator has when no accounts are given. Made up and public.
 *
 * @publicApi
 */
export const EMULATOR_CREDENTIALS = Object.freeze({
  /** Value for `CONTA_SIMPLES_API_KEY`. */
  apiKey: 'emulator-key',
  /** Value for `CONTA_SIMPLES_API_SECRET`. */
  apiSecret: 'emulator-secret',
});

/** The accounts by name and by key. `Map`s and not objects, because `constructor` is a valid name. */
export class EmulatedAccounts {
  readonly #byName = new Map<string, EmulatorAccount>();
  readonly #byKey = new Map<string, EmulatorAccount>();

  constructor(accounts: Iterable<EmulatorAccountInput>) {
    for (const account of accounts) {
      this.add(account);
    }
  }

  get all(): readonly EmulatorAccount[] {
    return [...this.#byName.values()];
  }

  add(input: EmulatorAccountInput): EmulatorAccount {
    const account = { name: input.name ?? this.#nextName(), apiKey: input.apiKey, apiSecret: input.apiSecret };
    assertUsable(account);
    if (this.#byName.has(account.name)) {
      throw new TypeError(
        `The emulator already has an account named "${account.name}": give each account its own name.`,
      );
    }
    this.#assertKeyIsFree(account.apiKey);
    return this.#store(account);
  }

  remove(name: string): boolean {
    const account = this.#byName.get(name);
    if (account === undefined) {
      return false;
    }
    this.#byKey.delete(account.apiKey);
    return this.#byName.delete(name);
  }

  /** Replaces the credentials of the account that has `apiKey` now; the old ones are rejected from now on. */
  rotate(apiKey: string, next: CredentialRotation): EmulatorAccount {
    const current = this.#byKey.get(apiKey);
    if (current === undefined) {
      throw new TypeError('No account of the emulator has this API key: pass the key that the account uses now.');
    }
    const renewed = {
      name: current.name,
      apiKey: next.apiKey ?? `key-${randomBytes(8).toString('hex')}`,
      apiSecret: next.apiSecret ?? `secret-${randomBytes(16).toString('hex')}`,
    };
    assertUsable(renewed);
    if (renewed.apiKey !== apiKey) {
      this.#assertKeyIsFree(renewed.apiKey);
    }
    this.#byKey.delete(apiKey);
    return this.#store(renewed);
  }

  named(name: string): EmulatorAccount | undefined {
    return this.#byName.get(name);
  }

  /** The owner of a key, for any secret: a rejected call is counted for the account that its key names. */
  owning(apiKey: string): EmulatorAccount | undefined {
    return this.#byKey.get(apiKey);
  }

  authenticate({ apiKey, apiSecret }: Pick<EmulatorAccount, 'apiKey' | 'apiSecret'>): EmulatorAccount | undefined {
    const account = this.#byKey.get(apiKey);
    // Compared even for an unknown key. Hashes, because timingSafeEqual needs equal lengths.
    const matches = timingSafeEqual(digest(account?.apiSecret ?? ''), digest(apiSecret));
    return matches ? account : undefined;
  }

  #store(account: EmulatorAccount): EmulatorAccount {
    const frozen = Object.freeze(account);
    this.#byName.set(frozen.name, frozen);
    this.#byKey.set(frozen.apiKey, frozen);
    return frozen;
  }

  #assertKeyIsFree(apiKey: string): void {
    const owner = this.#byKey.get(apiKey);
    if (owner !== undefined) {
      throw new TypeError(
        `Another account ("${owner.name}") already has this API key: give each account its own pair.`,
      );
    }
  }

  #nextName(): string {
    let number = this.#byName.size + 1;
    let name = number === 1 ? 'default' : `account-${number}`;
    while (this.#byName.has(name)) {
      number += 1;
      name = `account-${number}`;
    }
    return name;
  }
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

function assertUsable({ name, apiKey, apiSecret }: EmulatorAccount): void {
  for (const [field, value] of Object.entries({ name, apiKey, apiSecret })) {
    if (typeof value !== 'string' || value === '') {
      throw new TypeError(`An account of the emulator needs a non-empty string as its ${field}.`);
    }
  }
  if (apiKey.includes(':')) {
    throw new TypeError('An API key cannot hold a colon: RFC 7617 ends the user-id of Basic credentials there.');
  }
}
