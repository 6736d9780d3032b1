import Sequencer from '@jest/test-sequencer';

/**
 * The files that take twenty seconds and more. The browser and the simulations load a processor, the others wait: in this
 * order, two load one while the others wait.
 */
const LONGEST = [
  'browser/dashboard',
  'simulation/simulation',
  'accounts/hanging',
  'fleet/broken-redis',
  'store/shared-store',
  'field/nginx',
  'fleet-simulation/fleet-simulation',
  'field/redis-clients',
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
