import Sequencer from '@jest/test-sequencer';

/**
 * The files that take twenty seconds and more. The browser and the simulations load a processor, the others wait: in this
 * order, on three workers, one waits while the browser runs.
 */
const LONGEST = [
  'browser/dashboard',
  'simulation/simulation',
  'field/nginx',
  'store/shared-store',
  'accounts/hanging',
  'field/redis-clients',
  'fleet-simulation/fleet-simulation',
];

function place({ path }) {
  const index = LONGEST.findIndex((name) => path.endsWith(`/test/${name}.slow.ts`));
  return index === -1 ? LONGEST.length : index;
}

/** Several workers end at about the same time if none of them starts a long file last. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => place(one) - place(other));
  }
}
