import type { Clock, Timer } from '../token/clock.js';
import { NamedOperations, type StoreOperationName } from './named-operations.js';
import type { TokenStore } from './token-store.js';

/** What came of one operation that was tried. */
export interface StoreOperationResult {
  readonly operation: StoreOperationName;
  readonly durationMs: number;
  readonly failure?: 'timeout' | 'store_error' | undefined;
}

export interface GuardedStoreOptions {
  readonly store: TokenStore;
  readonly clock: Clock;
  /** Told once when the store stops answering, and once when it answers again. */
  readonly onChange: (state: 'unavailable' | 'recovered', reason: string) => void;
  /** Told of each operation; not of those refused because the store is left alone. */
  readonly onOperation?: ((result: StoreOperationResult) => void) | undefined;
}

/** Thrown by every operation while the store is left alone; holds nothing of what the client said. */
export class StoreUnavailable extends Error {}

const LATE = Symbol('late');
const DEADLINE_STEPS = 5;
const DEFAULT_COMMAND_TIMEOUT_MS = 250;
const MIN_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Puts a deadline of our own on every operation: a client's options do not bound a server that hangs. The first that
 * fails or is late opens a breaker, so that trouble costs one call once and the others nothing.
 */
export class GuardedStore {
  readonly #options: GuardedStoreOptions;
  readonly #timeoutMs: number;
  #openUntil = Number.NEGATIVE_INFINITY;
  #pauseMs = MIN_PAUSE_MS;
  #isDown = false;

  constructor(options: GuardedStoreOptions) {
    this.#options = options;
    this.#timeoutMs = options.store.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS;
  }

  /** @throws StoreUnavailable */
  async run<T>(operation: (store: TokenStore) => Promise<T>): Promise<T> {
    const { store, clock, onOperation } = this.#options;
    const startedAt = clock.monotonic();
    if (startedAt < this.#openUntil) throw new StoreUnavailable();
    const named = onOperation && new NamedOperations(store);
    const done = (failure?: StoreOperationResult['failure']) => {
      if (named) onOperation({ operation: named.last, durationMs: clock.monotonic() - startedAt, failure });
    };
    const deadline = this.#deadline();
    try {
      // What comes after the deadline is nobody's any more, its rejection included: the race has taken it.
      const result = await Promise.race([call(operation, named ?? store), deadline.passed]);
      done(result === LATE ? 'timeout' : undefined);
      if (result === LATE) throw this.#failed(startedAt, `no answer within ${this.#timeoutMs} ms`);
      this.#succeeded(startedAt);
      return result;
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      done('store_error');
      throw this.#failed(startedAt, reasonOf(error));
    } finally {
      deadline.cancel();
    }
  }

  /**
   * In steps, each armed by the one before: a process that was blocked or starved reads its timers before its sockets,
   * and would take a healthy store for a hung one. So a stall costs one step, and the answer is read before the next.
   */
  #deadline(): { readonly passed: Promise<typeof LATE>; cancel(): void } {
    const { clock } = this.#options;
    let timer: Timer | undefined;
    const passed = new Promise<typeof LATE>((resolve) => {
      const step = (left: number) => {
        const next = () => (left > 1 ? step(left - 1) : resolve(LATE));
        timer = clock.setTimer(next, this.#timeoutMs / DEADLINE_STEPS, { hold: true });
      };
      step(DEADLINE_STEPS);
    });
    return { passed, cancel: () => timer?.cancel() };
  }

  #failed(startedAt: number, reason: string): StoreUnavailable {
    const { clock, onChange } = this.#options;
    if (!this.#isNews(startedAt)) return new StoreUnavailable();
    this.#openUntil = clock.monotonic() + this.#pauseMs * (0.8 + 0.2 * clock.random());
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
    if (!this.#isDown) onChange('unavailable', reason);
    this.#isDown = true;
    return new StoreUnavailable();
  }

  #succeeded(startedAt: number): void {
    if (!this.#isNews(startedAt)) return;
    this.#pauseMs = MIN_PAUSE_MS;
    if (this.#isDown) this.#options.onChange('recovered', 'it answers again');
    this.#isDown = false;
  }

  /** What was begun before the breaker opened belongs to the trouble that opened it, however it ends. */
  #isNews(startedAt: number): boolean {
    return startedAt >= this.#openUntil;
  }
}

/** What was obtained counts, whether or not it could be shared. */
export async function quietly(sharing: Promise<unknown> | undefined): Promise<void> {
  try {
    await sharing;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}

/** An async function, so that a client that throws at once is treated as one that rejects. */
async function call<T>(operation: (store: TokenStore) => Promise<T>, store: TokenStore): Promise<T> {
  return operation(store);
}

/** Redis starts an error with a word in capitals, Node gives a code; the rest may quote a command and its values. */
function reasonOf(error: unknown): string {
  const { message, code } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const word = /^(?:\S* )?([A-Z]{3,20})\b/.exec(typeof message === 'string' ? message : '')?.[1];
  if (word !== undefined) return word;
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? code : 'an error of the client';
}
