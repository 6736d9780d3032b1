import { hkdfSync } from 'node:crypto';
import { EndpointGate } from '../../libs/conta-simples-auth/src/accounts/endpoint-gate.js';
import { GuardedStore } from '../../libs/conta-simples-auth/src/store/guarded-store.js';
import type { LeaseWait } from '../../libs/conta-simples-auth/src/store/shared-attempt.js';
import { SharedTokens, type SharedTokensOptions } from '../../libs/conta-simples-auth/src/store/shared-tokens.js';
import type { TokenStore } from '../../libs/conta-simples-auth/src/store/token-store.js';
import { type Clock, readInstant } from '../../libs/conta-simples-auth/src/support/clock.js';
import type { TokenDemand, TokenOutcome } from '../../libs/conta-simples-auth/src/token/token-source.js';
import type { FakeClock } from './fake-clock.js';

/** A token endpoint on a fake clock: what each account asked of it, and how long it takes. */
export class ClockedEndpoint {
  latencyMs = 300;
  lifeMs = 1_800_000;
  readonly asked: string[] = [];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** `clock` is the one of the process that asks. */
  async request(account: string, signal: AbortSignal, clock: Clock = this.#clock): Promise<TokenOutcome> {
    if (signal.aborted) return TIMED_OUT;
    this.asked.push(account);
    const sentAt = readInstant(clock);
    const value = `token-${this.asked.length}-of-${account}`;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(TIMED_OUT), { once: true });
      const answer: TokenOutcome = { ok: true, grant: { value, lifetimeMs: this.lifeMs, sentAt } };
      this.#clock.setTimer(() => resolve(answer), this.latencyMs);
    });
  }
}

const TIMED_OUT: TokenOutcome = { ok: false, failure: { kind: 'timeout', what: 'The request was given up' } };

/** One process of a fleet, without the keepers of its accounts. */
export class SharedProcess {
  readonly gate: EndpointGate;
  readonly waits: LeaseWait[] = [];
  ttlUnknown = 0;
  clocksDisagree = 0;
  readonly #tokens = new Map<string, SharedTokens>();
  readonly #options: Omit<SharedTokensOptions, 'store'>;
  readonly #guarded: GuardedStore;
  readonly #endpoint: ClockedEndpoint;

  constructor(clock: Clock, store: TokenStore, endpoint: ClockedEndpoint, options: Partial<SharedTokensOptions> = {}) {
    this.gate = new EndpointGate(clock);
    this.#guarded = new GuardedStore({ store, clock, onChange: () => {} });
    this.#endpoint = endpoint;
    this.#options = {
      clock,
      keyPrefix: 'test',
      leaseMs: 7_000,
      requestTimeoutMs: 5_000,
      waitTimeoutMs: 10_000,
      refreshAt: 0.9,
      endpointUrl: 'https://api.invalid/oauth/v1/access-token',
      onRecordRefused: () => {},
      onClocksDisagree: () => this.clocksDisagree++,
      onTtlUnknown: () => this.ttlUnknown++,
      onLeaseWait: (wait) => this.waits.push(wait),
      ...options,
    };
  }

  obtain(
    account = 'default',
    {
      signal = new AbortController().signal,
      cause = 'first',
      replaces,
      pair = account,
    }: { signal?: AbortSignal; cause?: TokenDemand['cause']; replaces?: string; pair?: string } = {},
  ): Promise<TokenOutcome> {
    const tokens = this.#tokens.get(account) ?? new SharedTokens({ ...this.#options, store: this.#guarded });
    this.#tokens.set(account, tokens);
    return tokens.obtain({
      deriveKey: (purpose, bytes) => Buffer.from(hkdfSync('sha256', `secret of ${pair}`, '', purpose, bytes)),
      demand: { cause, replaces },
      signal,
      gate: this.gate,
      account: { isSuspect: false },
      send: () => this.#endpoint.request(account, signal, this.#options.clock),
    });
  }
}
