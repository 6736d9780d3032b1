import { Observable, type Observer, type Operator, Subject, Subscriber, type Subscription } from 'rxjs';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import { callSafely } from '../support/call-safely.js';

/** Passes the events of every account to the subscribers: hot, without replay, complete on shutdown. */
export class EventHub {
  readonly events: Observable<ContaSimplesTokenEvent>;
  readonly #subject = new Subject<ContaSimplesTokenEvent>();

  constructor(onSubscriberError: (error: unknown) => void) {
    this.events = new IsolatedObservable<ContaSimplesTokenEvent>(onSubscriberError, (subscriber) => {
      this.#subject.subscribe(subscriber);
    });
  }

  emit(event: ContaSimplesTokenEvent): void {
    this.#subject.next(event);
  }

  complete(): void {
    this.#subject.complete();
  }
}

type Listener<T> = Partial<Observer<T>> | ((value: T) => void) | null;

/**
 * An Observable that catches what its subscribers throw, also behind `pipe()`. A plain Observable throws such an error
 * again from a timer, and a handler that returns a rejected promise causes an unhandled rejection: both end the process.
 */
class IsolatedObservable<T> extends Observable<T> {
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
    // Subscribers that rxjs makes are stages of a pipe. Their errors arrive at the last stage, which is guarded below.
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
    callSafely(call, this.#onError);
  }
}

/** The two further arguments of the older signature of `subscribe()`. */
function handlers(error: unknown, complete: unknown) {
  return {
    ...(typeof error === 'function' && { error: error as (failure: unknown) => void }),
    ...(typeof complete === 'function' && { complete: complete as () => void }),
  };
}
