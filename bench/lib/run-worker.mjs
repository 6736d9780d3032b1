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

/**
 * Measures all candidates, `settings.lanes` at a time, and keeps their order. With `settings.processes`, each is measured in
 * as many processes, or until these took `settings.enoughMs`. All candidates have their turn before one has its next, in
 * random order: the speed of the machine varies by a third in phases of minutes, which would decide between two candidates
 * that are measured one after the other.
 */
export async function runAll(scenario, candidates, settings, onResult) {
  const { processes = 1, enoughMs = Number.POSITIVE_INFINITY, lanes = 1 } = settings;
  const measured = new Map(candidates.map((name) => [name, { results: [], tookMs: 0, failure: undefined }]));
  const waiting = Array.from({ length: processes }, () => (processes === 1 ? candidates : shuffled(candidates))).flat();
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const measurement = measured.get(name);
      if (measurement.failure !== undefined || measurement.tookMs >= enoughMs) continue;
      const startedAt = performance.now();
      const result = await runWorker(scenario, name, settings);
      measurement.tookMs += performance.now() - startedAt;
      if (result.error === undefined) measurement.results.push(result);
      else measurement.failure = result;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const merged = ({ results, failure }) => failure ?? scenario.merge?.(results) ?? results[0];
  const all = new Map([...measured].map(([name, each]) => [name, merged(each)]));
  for (const [name, result] of all) onResult(name, result);
  return all;
}

function shuffled(names) {
  const left = [...names];
  return names.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0]);
}
