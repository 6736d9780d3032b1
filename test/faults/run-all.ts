import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 60_000;

/** Runs all, so many at once, and gives what each came to or was rejected with, in their order. */
export async function runAll<T>(tasks: readonly (() => Promise<T>)[], atOnce: number) {
  const results: PromiseSettledResult<T>[] = [];
  const queue = [...tasks.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, task] = next;
      [results[index]] = (await Promise.allSettled([bounded(task())])) as [PromiseSettledResult<T>];
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

/** One that hangs says so, instead of taking all others with it. */
async function bounded<T>(task: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = delay(LIMIT_MS, undefined, { signal: done.signal }).then(() => {
    throw new Error(`It did not end within ${LIMIT_MS} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([task, late]);
  } finally {
    done.abort();
  }
}
