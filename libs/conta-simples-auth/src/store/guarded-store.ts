import type { Clock, Timer } from '../support/clock.js';
import { Breaker, type StoreChangeListener } from './breaker.js';
import { CheckedStore, StoreFault, type StoreOperationName } from './checked-store.js';
import { takeBack } from './late-write.js';
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
  /** Called once when the store stops working, and once when it works again. */
  readonly onChange: StoreChangeListener;
  /** Called for each operation; not for those refused by the breaker. */
  readonly onOperation?: ((result: StoreOperationResult) => void) | undefined;
}

/** Thrown by every operation that fails, and while the breaker is open; holds nothing of what the client said. */
export class StoreUnavailable extends Error {}

const LATE = Symbol('late');
const DEADLINE_STEPS = 5;
const DEFAULT_COMMAND_TIMEOUT_MS = 250;

/**
 * Puts a deadline of our own on every operation: a client's options do not bound a server that hangs. The first operation
 * that fails or is late opens a breaker, so that trouble costs one call once and the others nothing.
 */
export class GuardedStore {
  readonly #options: GuardedStoreOptions;
  readonly #timeoutMs: number;
  readonly #breaker: Breaker;

  constructor(options: GuardedStoreOptions) {
    this.#options = options;
    this.#timeoutMs = options.store.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS;
    this.#breaker = new Breaker(options.clock, options.onChange);
  }

  /** @throws StoreUnavailable, and nothing else */
  async run<T>(operation: (store: CheckedStore) => Promise<T>): Promise<T> {
    const { clock, onOperation } = this.#options;
    const startedAt = clock.monotonic();
    if (this.#breaker.isOpen(startedAt)) throw new StoreUnavailable();
    const store = new CheckedStore(this.#options.store);
    const done = (failure?: StoreOperationResult['failure']) =>
      onOperation?.({ operation: store.last, durationMs: clock.monotonic() - startedAt, failure });
    const deadline = this.#deadline();
    let failure: { readonly name: 'timeout' | 'store_error'; readonly reason: string };
    try {
      // Late results and rejections are ignored.
      const result = await Promise.race([call(operation, store), deadline.passed]);
      if (result !== LATE) {
        done();
        this.#breaker.succeeded(store.last, startedAt);
        return result;
      }
      failure = { name: 'timeout', reason: `no answer within ${this.#timeoutMs} ms` };
    } catch (error) {
      failure = { name: 'store_error', reason: reasonOf(error) };
    } finally {
      deadline.cancel();
    }
    done(failure.name);
    this.#breaker.failed(store.last, startedAt, failure.reason);
    throw new StoreUnavailable();
  }

  /**
   * Sets a key. A write that fails or is late may still be carried out by the store: it is taken back then. `isLease` for a
   * key that another process may have set meanwhile.
   *
   * @throws StoreUnavailable, and nothing else
   */
  async set(
    key: string,
    value: string,
    {
      isLease = false,
      ...options
    }: { readonly ttlMs: number; readonly ifAbsent?: boolean; readonly isLease?: boolean },
  ): Promise<boolean | undefined> {
    let answer: Promise<boolean | undefined> | undefined;
    try {
      return await this.run((store) => {
        answer = store.set(key, value, options);
        return answer;
      });
    } catch (error) {
      if (answer !== undefined) void takeBack(new CheckedStore(this.#options.store), { key, value, isLease, answer });
      throw error;
    }
  }

  /**
   * In steps, each armed by the one before: a process that was blocked or starved reads its timers before its sockets,
   * and would take a healthy store for a hung one. So a stall costs one step, and the answer is read before the next.
   * They do not keep the process alive: callers that wait do that themselves, and after `close()` there are none.
   */
  #deadline(): { readonly passed: Promise<typeof LATE>; cancel(): void } {
    const { clock } = this.#options;
    let timer: Timer | undefined;
    const passed = new Promise<typeof LATE>((resolve) => {
      const step = (left: number) => {
        const next = () => (left > 1 ? step(left - 1) : resolve(LATE));
        timer = clock.setTimer(next, this.#timeoutMs / DEADLINE_STEPS);
      };
      step(DEADLINE_STEPS);
    });
    return { passed, cancel: () => timer?.cancel() };
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
async function call<T>(operation: (store: CheckedStore) => Promise<T>, store: CheckedStore): Promise<T> {
  return operation(store);
}

/** Redis starts an error with a word in capitals, Node gives a code; the rest may quote a command and its values. */
function reasonOf(error: unknown): string {
  try {
    if (error instanceof StoreFault) return error.message;
    const { message, code } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
    const word = /^(?:\S* )?([A-Z]{3,20})\b/.exec(typeof message === 'string' ? message : '')?.[1];
    if (word !== undefined) return word;
    if (typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code)) return code;
  } catch {
    // An error whose own properties throw.
  }
  return 'an error of the client';
}
