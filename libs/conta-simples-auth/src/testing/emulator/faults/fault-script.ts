import { performance } from 'node:perf_hooks';
import { matchesTarget, type RequestSubject, type RequestTarget } from '../requests/request-record.js';
import { assertFault, assertFaultOptions, type Fault, type FaultHandle, type FaultOptions } from './fault.js';

class ScriptedFault implements FaultHandle {
  readonly #endsAt: number;
  #left: number;
  hits = 0;

  constructor(
    readonly target: RequestTarget,
    readonly fault: Fault,
    { forMs, times = forMs === undefined ? 1 : Number.POSITIVE_INFINITY }: FaultOptions,
  ) {
    this.#left = times;
    this.#endsAt = forMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + forMs;
  }

  get remaining(): number {
    return performance.now() < this.#endsAt ? this.#left : 0;
  }

  hit(): void {
    this.hits += 1;
    this.#left -= 1;
  }

  cancel(): void {
    this.#left = 0;
  }
}

/** The scripted faults that are still active, in the order in which they were scripted. */
export class FaultScript {
  #pending: ScriptedFault[] = [];

  add(target: RequestTarget, fault: Fault, options: FaultOptions): FaultHandle {
    assertFault(fault);
    assertFaultOptions(options);
    const scripted = new ScriptedFault(target, { ...fault }, options);
    this.#pending.push(scripted);
    return scripted;
  }

  /** Takes the first fault that matches this request and counts it as used once. */
  take(request: RequestSubject): Fault | undefined {
    this.#pending = this.#pending.filter(({ remaining }) => remaining > 0);
    const due = this.#pending.find(({ target }) => matchesTarget(target, request));
    due?.hit();
    return due?.fault;
  }

  clear(): void {
    for (const scripted of this.#pending) {
      scripted.cancel();
    }
    this.#pending = [];
  }
}
