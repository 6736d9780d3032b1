// One measurement of one candidate, in a new process: node worker.mjs scenario candidate settings.
import { fileOf } from './candidates.mjs';
import { scenarioFile } from './scenarios.mjs';

// Runs the exit handlers, which end its child processes.
process.once('SIGTERM', () => process.exit(1));

const [scenarioName, candidateName, settings] = process.argv.slice(2);
const [{ scenario }, candidate] = await Promise.all([
  import(scenarioFile(scenarioName)),
  scenarioName === 'start' ? undefined : import(fileOf(candidateName)),
]);
const result = await scenario.measure(candidate, JSON.parse(settings), candidateName);
// Does not wait for timers or sockets that a candidate leaves open.
process.send(result, () => process.exit(0));
