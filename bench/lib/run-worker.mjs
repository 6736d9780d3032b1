import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));
/** How much of the end of a process's output is kept. */
const KEPT_CHARACTERS = 600;
/** Time to end its own child processes. */
const GRACE_MS = 2_000;

/**
 * Measures one candidate in a separate process.
 *
 * @returns the scenario's results, or `{ error }` with the reason; never rejects
 */
export async function runWorker(scenario, candidate, settings) {
  const args = [...(scenario.nodeArguments ?? []), WORKER, scenario.name, candidate, JSON.stringify(settings)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-KEPT_CHARACTERS);
  });
  let result;
  child.on('message', (message) => {
    result = message;
  });
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  }, settings.limitMs);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  if (result !== undefined) return result;
  return { error: overdue ? `not done after ${settings.limitMs / 1_000} s` : `ended with ${code}: ${said.trim()}` };
}

/** A candidate that takes this long is measured in no further process. */
const ENOUGH_MS = 15_000;

/** The same in `settings.processes` processes, one after another, for what happens once in each. */
async function runWorkers(scenario, candidate, settings) {
  const { processes = 1 } = settings;
  const results = [];
  const startedAt = performance.now();
  do {
    const result = await runWorker(scenario, candidate, settings);
    if (result.error !== undefined) return result;
    results.push(result);
  } while (results.length < processes && performance.now() - startedAt < ENOUGH_MS);
  return scenario.merge?.(results) ?? results[0];
}

/** Measures all candidates, `settings.lanes` at a time, and keeps their order. */
export async function runAll(scenario, candidates, settings, onResult) {
  const results = new Map(candidates.map((name) => [name, undefined]));
  const waiting = [...candidates];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const result = await runWorkers(scenario, name, settings);
      results.set(name, result);
      onResult(name, result);
    }
  };
  await Promise.all(Array.from({ length: settings.lanes ?? 1 }, lane));
  return results;
}
