import { availableParallelism } from 'node:os';
import { Shell } from './shell.mjs';
import { Slots } from './slots.mjs';

const LEAST_SLOTS = 2;

/**
 * Runs every check when the checks that it `needs` have passed, and calls `onResult` when it ends.
 *
 * A check is `{ title, needs?: { name: check }, run(shell, values) }`; it fails by throwing, and resolves with
 * `{ note, value? }`: a line for the table, and the value for the checks that need it.
 *
 * @returns the results, in the order of the checks
 */
export function runChecks(checks, onResult) {
  const slots = new Slots(Math.max(LEAST_SLOTS, availableParallelism()));
  const started = new Map();
  const start = (check) => {
    const running = started.get(check) ?? runCheck(check, start, slots, onResult);
    started.set(check, running);
    return running;
  };
  return Promise.all(checks.map(start));
}

async function runCheck({ title, needs = {}, run }, start, slots, onResult) {
  const shell = new Shell(slots);
  const end = (result) => {
    const whole = { title, seconds: shell.busyMs / 1_000, ...result };
    onResult(whole);
    return whole;
  };
  const needed = await Promise.all(Object.entries(needs).map(async ([name, check]) => [name, await start(check)]));
  const missing = needed.find(([, result]) => !result.passed);
  if (missing !== undefined) return end({ passed: false, note: `not run: needs "${missing[1].title}"` });
  try {
    const values = Object.fromEntries(needed.map(([name, { value }]) => [name, value]));
    return end({ passed: true, ...(await run(shell, values)) });
  } catch (error) {
    const details = error instanceof Error ? error.message : String(error);
    return end({ passed: false, note: details.split('\n', 1)[0], details });
  }
}
