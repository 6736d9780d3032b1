import Sequencer from '@jest/test-sequencer';

/** The files that take more than twenty seconds, longest first. */
const LONGEST = [
  'browser/dashboard',
  'accounts/hanging',
  'simulation/simulation',
  'field/nginx',
  'store/shared-store',
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
