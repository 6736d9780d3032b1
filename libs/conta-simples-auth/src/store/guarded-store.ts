import type { Clock, Timer } from '../support/clock.js';
import { Breaker, type StoreChangeListener } from './breaker.js';
import { CheckedStore, StoreFault, type StoreOperationName } from './checked-store.js';
import type { TokenStore } from './token-store.js';

/** A record is overwritten with this to end it. Readers treat it as a miss. */
export const ENDED_RECORD = '-';

/** How an operation ended. */
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
  /** Called for each operation that is sent to the store. */
  readonly onOperation?: ((result: StoreOperationResult) => void) | undefined;
}

/** Thrown by every operation that fails, and while the breaker is open. Holds nothing of the client's error. */
export class StoreUnavailable extends Error {}

const LATE = Symbol('late');
const DEADLINE_STEPS = 5;
const DEFAULT_COMMAND_TIMEOUT_MS = 250;

/**
 * Gives every operation a deadline, since a client's options do not bound a server that hangs. The first operation that
 * fails or is late opens a breaker, so that a broken store delays one call and not all of them.
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
    let failure: { readonly name: StoreOperationResult['failure']; readonly reason: string };
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
   * Sets a key. The store may still carry out a write that failed or is late, so such a write is taken back. Set `isLease`
   * for a key that another process may have set in the meantime.
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
   * The deadline has steps, each armed by the one before. A process that was blocked runs its timers before it reads its
   * sockets, so with a single timer it would take a healthy store for a hung one. Now a block costs one step, and the
   * answer is read before the next. The timers do not keep the process alive: callers that wait do that themselves.
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

/** The result of an operation; `undefined` where the store is unavailable, which must not fail an attempt. */
export async function ifAvailable<T>(operation: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}

/** A write that the process no longer waits for: the store may still carry it out. */
interface LateWrite {
  readonly key: string;
  readonly value: string;
  /** Set for a lease: a blind overwrite could end the lease of another process. */
  readonly isLease: boolean;
  readonly answer: Promise<unknown>;
}

/**
 * Takes back a late write. A client that queues its commands sends this one right after the late one. A store that does
 * not keep the order is read once the late write has been carried out. Never rejects.
 */
async function takeBack(store: CheckedStore, { key, value, isLease, answer }: LateWrite): Promise<void> {
  const end = () => store.set(key, ENDED_RECORD, { ttlMs: 1 });
  try {
    if (!isLease) end().catch(() => {});
    await answer;
    if ((await store.get(key)) === value) await end();
  } catch {
    // The write failed in the end, or the store does. A record that stays is recognized by its age.
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
