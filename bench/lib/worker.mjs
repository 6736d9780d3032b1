// One measurement of one candidate, in a process that has done nothing else: node worker.mjs scenario candidate settings.
import { fileOf } from './candidates.mjs';
import { scenarioFile } from './scenarios.mjs';

// What it has started ends with it, in good order.
process.once('SIGTERM', () => process.exit(1));

const [scenarioName, candidateName, settings] = process.argv.slice(2);
const [{ scenario }, candidate] = await Promise.all([
  import(scenarioFile(scenarioName)),
  scenarioName === 'start' ? undefined : import(fileOf(candidateName)),
]);
const result = await scenario.measure(candidate, JSON.parse(settings), candidateName);
// What a candidate leaves running, such as a timer or a socket, is no reason to wait for it.
process.send(result, () => process.exit(0));
