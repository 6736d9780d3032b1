import { readFileSync } from 'node:fs';

/**
 * Starts a measurement for an upper limit; the function gives the milliseconds since then. The time in which this process
 * was ready to run and waited for a processor is left out, so that a busy machine makes nothing late.
 */
export function stopwatch(): () => number {
  const startedAt = performance.now();
  const waitedBefore = queuedMs();
  return () => performance.now() - startedAt - (queuedMs() - waitedBefore);
}

/** How long the main thread of a process has waited for a processor so far; 0 where the system does not tell. */
export function queuedMs(pid: number | 'self' | undefined = 'self'): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
