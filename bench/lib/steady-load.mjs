/** How often calls are started; several at once for higher rates. */
const TICK_MS = 10;

/**
 * Calls at a steady rate, without waiting for earlier calls, like independent callers.
 *
 * @param {() => Promise<number>} call resolves with a status, or rejects
 * @param {number} perSecond
 */
export function steadyLoad(call, perSecond) {
  const calls = [];
  const running = new Set();
  const startedAt = performance.now();
  let started = 0;

  const one = async () => {
    const record = { at: performance.now() - startedAt, tookMs: Number.NaN, status: 0 };
    calls.push(record);
    record.status = await call().catch(statusOfError);
    record.tookMs = performance.now() - startedAt - record.at;
  };
  const start = () => {
    const running_ = one().finally(() => running.delete(running_));
    running.add(running_);
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) * perSecond) / 1_000;
    for (; started < due; started++) start();
  }, TICK_MS);

  return {
    /** Starts `count` calls at once, in addition to the steady rate. */
    burst: (count) => {
      for (let each = 0; each < count; each++) start();
    },
    /** Milliseconds since the start. */
    elapsed: () => performance.now() - startedAt,
    /** Ends the load. Returns the start, duration and status of each call; status 0 for a call without an answer. */
    stop: async () => {
      clearInterval(timer);
      await Promise.all(running);
      return calls;
    },
  };
}

/** Clients that throw for an unsuccessful answer have its status in different properties. */
export function statusOfError(error) {
  return error?.response?.status ?? error?.status ?? error?.statusCode ?? 0;
}

export const isFailure = ({ status }) => status !== 200;
