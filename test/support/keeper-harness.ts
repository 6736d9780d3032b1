import type { ContaSimplesTokenEvent } from '../../libs/conta-simples-auth/src/model/events.js';
import { LifetimeClock, readInstant } from '../../libs/conta-simples-auth/src/support/clock.js';
import { SharedTimers } from '../../libs/conta-simples-auth/src/support/shared-timers.js';
import { TokenKeeper } from '../../libs/conta-simples-auth/src/token/keeper.js';
import type {
  KeeperOptions,
  KeeperSettings,
  KeepFresh,
} from '../../libs/conta-simples-auth/src/token/keeper-settings.js';
import type { TokenFailure, TokenOutcome, TokenSource } from '../../libs/conta-simples-auth/src/token/token-source.js';
import { FakeClock } from './fake-clock.js';

/** What the stand-in for the token endpoint does with a request. */
export type Answer =
  | { readonly token: { readonly lifeMs: number }; readonly afterMs?: number }
  | { readonly failure: TokenFailure; readonly afterMs?: number };

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const SECOND = 1_000;

export const down: Answer = { failure: { kind: 'server_error', what: 'The token endpoint answered 503', status: 503 } };
export const rejected: Answer = { failure: { kind: 'credentials_rejected', what: 'The token endpoint answered 401' } };

export type HarnessOptions = Partial<Omit<KeeperOptions, 'settings'>> & {
  readonly settings?: Partial<KeeperSettings>;
  readonly source?: TokenSource;
  readonly keepFresh?: KeepFresh;
};

/** A keeper on a fake clock, before an endpoint that answers as told and notes every request. */
export class KeeperHarness {
  readonly clock = new FakeClock();
  readonly events: ContaSimplesTokenEvent[] = [];
  /** When each request arrived, by the monotonic clock. */
  readonly requests: number[] = [];
  readonly keeper: TokenKeeper;
  peakInFlight = 0;
  /** Whether the credentials have been replaced since they were refused, and how often that was asked. */
  newCredentials = false;
  credentialChecks = 0;
  /** How often another client was taken for the cause of rejected tokens. */
  contentions = 0;
  /** How long it takes to find out. */
  credentialCheckMs = 0;
  /** The answer to every request that {@link KeeperHarness.script} has none for. */
  answer: Answer = { token: { lifeMs: HOUR }, afterMs: 100 };
  readonly script: Answer[] = [];
  #inFlight = 0;

  constructor({ settings, keepFresh = 'always', source, ...options }: HarnessOptions = {}) {
    const ownSource: TokenSource = {
      obtain: (signal) => this.#obtain(signal),
      canRetryEarly: (_value, signal) => this.#canRetryEarly(signal),
    };
    this.keeper = new TokenKeeper({
      account: 'default',
      settings: {
        environment: 'sandbox',
        clock: this.clock,
        lifetimeClock: new LifetimeClock(this.clock),
        waitTimers: new SharedTimers(this.clock),
        refreshAt: 0.9,
        waitTimeoutMs: 10_000,
        keepFresh: () => keepFresh,
        emit: (event) => this.events.push(event),
        inContext: (work) => work(),
        onContention: () => this.contentions++,
        createSource: () => source ?? ownSource,
        startTurn: (target) => target.onTurn(),
        ...settings,
      },
      ...options,
    });
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** The cause of each token obtained. */
  causes(): string[] {
    return this.events.flatMap((event) => (event.type === 'acquired' ? [event.cause] : []));
  }

  /** A first token, held when this resolves. */
  async warm(): Promise<void> {
    this.keeper.warmUp();
    await this.clock.advance(SECOND);
  }

  async #obtain(signal: AbortSignal): Promise<TokenOutcome> {
    const sentAt = readInstant(this.clock);
    const number = this.requests.push(sentAt.monotonic);
    this.peakInFlight = Math.max(this.peakInFlight, ++this.#inFlight);
    const answer = this.script.shift() ?? this.answer;
    const isAborted = await this.#pass(answer.afterMs ?? 100, signal);
    this.#inFlight--;
    if (isAborted)
      return { ok: false, failure: { kind: 'timeout', what: 'The token endpoint did not answer in time' } };
    if ('failure' in answer) return { ok: false, failure: answer.failure };
    return { ok: true, grant: { value: `token-${number}`, lifetimeMs: answer.token.lifeMs, sentAt } };
  }

  async #canRetryEarly(signal: AbortSignal): Promise<boolean> {
    this.credentialChecks++;
    const isAborted = this.credentialCheckMs > 0 && (await this.#pass(this.credentialCheckMs, signal));
    return this.newCredentials && !isAborted;
  }

  #pass(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimer(() => resolve(false), milliseconds);
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve(true);
      });
    });
  }
}

/** What became of a promise so far, without waiting for it. */
export function watch<T>(promise: Promise<T>): {
  state: 'pending' | 'resolved' | 'rejected';
  value?: T;
  error?: unknown;
} {
  const seen: ReturnType<typeof watch<T>> = { state: 'pending' };
  promise.then(
    (value) => Object.assign(seen, { state: 'resolved', value }),
    (error: unknown) => Object.assign(seen, { state: 'rejected', error }),
  );
  return seen;
}
