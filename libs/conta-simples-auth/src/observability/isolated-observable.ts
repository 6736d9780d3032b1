import { Observable, type Observer, type Operator, Subscriber, type Subscription } from 'rxjs';
import { harmless } from '../support/harmless.js';

type Listener<T> = Partial<Observer<T>> | ((value: T) => void) | null;

/**
 * An Observable whose subscribers cannot hurt its source. What a plain one does with an error that a subscriber throws
 * is to throw it again from a timer, which ends the process; a handler that returns a rejected promise ends it as well.
 * Holds through `pipe()` too.
 */
export class IsolatedObservable<T> extends Observable<T> {
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void, subscribe?: (subscriber: Subscriber<T>) => void) {
    super(subscribe);
    this.#onError = onError;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new IsolatedObservable<R>(this.#onError);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(observerOrNext?: Listener<T>, error?: unknown, complete?: unknown): Subscription {
    // Subscribers of rxjs' own are stages of a pipe; their errors arrive at the last stage, which is guarded below.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const given: Partial<Observer<T>> =
      typeof observerOrNext === 'function' || !observerOrNext
        ? { ...(observerOrNext && { next: observerOrNext }), ...handlers(error, complete) }
        : observerOrNext;
    return super.subscribe({
      next: (value) => this.#guard(() => given.next?.(value)),
      error: (failure) => (given.error ? this.#guard(() => given.error?.(failure)) : this.#onError(failure)),
      complete: () => this.#guard(() => given.complete?.()),
    });
  }

  #guard(call: () => unknown): void {
    harmless(call, this.#onError);
  }
}

/** The two further arguments of the older way to subscribe. */
function handlers(error: unknown, complete: unknown) {
  return {
    ...(typeof error === 'function' && { error: error as (failure: unknown) => void }),
    ...(typeof complete === 'function' && { complete: complete as () => void }),
  };
}
