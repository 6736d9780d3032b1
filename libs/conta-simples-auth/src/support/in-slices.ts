import type { Clock } from './clock.js';

/** Other work of the application gets its turn at least this often. */
const SLICE_MS = 10;
/** Reading the clock after each item would take longer than some items. */
const ITEMS_PER_READING = 32;

/**
 * Does something with each item. A small number of items is done before this returns; the rest follows in later turns of
 * the event loop, so that it is not blocked.
 */
export async function inSlices<T>(items: Iterable<T>, clock: Clock, act: (item: T) => void): Promise<void> {
  let sliceStart = clock.monotonic();
  let count = 0;
  for (const item of items) {
    act(item);
    if (++count % ITEMS_PER_READING > 0 || clock.monotonic() - sliceStart < SLICE_MS) continue;
    await new Promise<void>((resolve) => clock.nextTurn(resolve));
    sliceStart = clock.monotonic();
  }
}
