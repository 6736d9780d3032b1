import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../support/clock.js';
import type { RunInContext } from '../token/keeper-options.js';
import type { TimerListing } from '../token/refresh-timer.js';

/**
 * The asynchronous context of its caller: called when the module is created. Work that outlives the call which started it
 * runs there, so that no request's `AsyncLocalStorage` values are kept or used by it.
 */
export function captureContext(): RunInContext {
  return AsyncLocalStorage.snapshot();
}

/** A clock whose timers are created in the context. */
export function clockInContext(clock: Clock, inContext: RunInContext): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    random: () => clock.random(),
    setTimer: (callback, delayMs, options) => inContext(() => clock.setTimer(callback, delayMs, options)),
  };
}

/** A list of timers that is changed in the context. */
export function listingInContext(listing: TimerListing, inContext: RunInContext): TimerListing {
  return { add: (handle) => inContext(() => listing.add(handle)), remove: () => inContext(() => listing.remove()) };
}
