import { generateKeyPair, type KeyObject, randomUUID, sign } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';

interface IssuedToken {
  readonly account: string;
  readonly value: string;
  /** Monotonic clock, milliseconds: the `exp` claim has whole seconds, and the wall clock may be changed. */
  readonly expiresAt: number;
  revoked: boolean;
}

interface IssueOptions {
  readonly account: string;
  readonly issuer: string;
  readonly ttlSeconds: number;
  /** Epoch milliseconds of the service's clock. */
  readonly now: number;
  /** Whether this token revokes the account's other tokens. */
  readonly replacesOthers: boolean;
}

type TokenVerdict =
  | { readonly state: 'valid' | 'expired' | 'revoked'; readonly account: string }
  | { readonly state: 'unknown' };

/**
 * All issued tokens. A token is valid only if it equals one of them byte for byte, so a forged or altered token is rejected
 * without verifying an RSA signature on every call.
 */
export class IssuedTokens {
  readonly #byValue = new Map<string, IssuedToken>();
  readonly #byAccount = new Map<string, Set<IssuedToken>>();
  readonly #key: SigningKey;
  #issued = 0;

  private constructor(key: SigningKey) {
    this.#key = key;
  }

  static async create(): Promise<IssuedTokens> {
    return new IssuedTokens(await sharedSigningKey());
  }

  async issue({ account, issuer, ttlSeconds, now, replacesOthers }: IssueOptions): Promise<string> {
    const issuedAt = performance.now();
    const iat = Math.floor(now / 1000);
    const claims = { iss: issuer, sub: account, iat, exp: iat + ttlSeconds, jti: randomUUID() };
    const value = await signJwt(claims, this.#key);
    if (replacesOthers) {
      this.revoke(account);
    }
    this.#keep({ account, value, expiresAt: issuedAt + ttlSeconds * 1000, revoked: false });
    return value;
  }

  verify(value: string): TokenVerdict {
    const token = this.#byValue.get(value);
    if (token === undefined) {
      return { state: 'unknown' };
    }
    const expired = performance.now() >= token.expiresAt;
    return { state: token.revoked ? 'revoked' : expired ? 'expired' : 'valid', account: token.account };
  }

  /** Revokes the valid tokens of one account, or of all, and returns their number. */
  revoke(account?: string): number {
    const owned = account === undefined ? this.#byValue.values() : (this.#byAccount.get(account) ?? []);
    let revoked = 0;
    for (const token of owned) {
      if (!token.revoked && performance.now() < token.expiresAt) {
        token.revoked = true;
        revoked += 1;
      }
    }
    return revoked;
  }

  #keep(token: IssuedToken): void {
    this.#issued += 1;
    if (this.#issued % 1000 === 0) {
      this.#forgetExpired();
    }
    this.#byValue.set(token.value, token);
    const owned = this.#byAccount.get(token.account) ?? new Set();
    this.#byAccount.set(token.account, owned.add(token));
  }

  #forgetExpired(): void {
    for (const token of this.#byValue.values()) {
      if (performance.now() >= token.expiresAt) {
        this.#byValue.delete(token.value);
        this.#byAccount.get(token.account)?.delete(token);
      }
    }
  }
}

interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

let shared: Promise<SigningKey> | undefined;

/** One key per process: generating one takes up to a second, and tests do not need two. */
export function sharedSigningKey(): Promise<SigningKey> {
  shared ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then((pair) => ({
    keyId: randomUUID(),
    ...pair,
  }));
  return shared;
}

/** A JWT signed with RS256 (RFC 7515 section 7.1), off the main thread so that many accounts can be served at once. */
async function signJwt(claims: object, { keyId, privateKey }: SigningKey): Promise<string> {
  const input = `${encode({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${encode(claims)}`;
  const signature = await new Promise<Buffer>((resolve, reject) => {
    sign('RSA-SHA256', Buffer.from(input), privateKey, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
  return `${input}.${signature.toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
