import { type Observable, Subject } from 'rxjs';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import { IsolatedObservable } from './isolated-observable.js';

/** Takes the events of every account and hands them on: hot, without replay, complete on shutdown. */
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
