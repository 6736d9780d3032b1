/** How often calls are started; several at once where the rate asks for more. */
const TICK_MS = 10;

/**
 * Calls at a steady rate, whatever becomes of the calls before: callers of a service do not wait for one another.
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
    /** Starts so many at once, beside those that are due. */
    burst: (count) => {
      for (let each = 0; each < count; each++) start();
    },
    /** Milliseconds since the first. */
    elapsed: () => performance.now() - startedAt,
    /** Ends it, and gives what became of each call: when it began, how long it took, and its status, 0 where it has none. */
    stop: async () => {
      clearInterval(timer);
      await Promise.all(running);
      return calls;
    },
  };
}

/** Clients that throw on an answer that is no success tell its status in places of their own. */
export function statusOfError(error) {
  return error?.response?.status ?? error?.status ?? error?.statusCode ?? 0;
}

export const isFailure = ({ status }) => status !== 200;
