import fc from 'fast-check';

const { PROPERTY_SEED: seed, PROPERTY_PATH: path, PROPERTY_RUNS: runs = '1000' } = process.env;

const PARAMETERS = {
  numRuns: Number(runs),
  ...(seed !== undefined && { seed: Number(seed) }),
  ...(path !== undefined && { path }),
};

type Arbitraries<Given extends unknown[]> = { [At in keyof Given]: fc.Arbitrary<Given[At]> };

/**
 * Checks that something holds for all that the arbitraries give, 1,000 times over (`PROPERTY_RUNS` for another number).
 *
 * A failure prints the smallest counterexample, its seed and its path. To run exactly that one again:
 * `PROPERTY_SEED=<seed> PROPERTY_PATH=<path> npm test -- test/properties -t '<name of the test>'`
 */
export function forAll<Given extends [unknown, ...unknown[]]>(
  arbitraries: Arbitraries<Given>,
  check: (...given: Given) => void,
): void {
  fc.assert(fc.property<Given>(...arbitraries, check), PARAMETERS);
}

/** The same for a check that has to be awaited. */
export function forAllAsync<Given extends [unknown, ...unknown[]]>(
  arbitraries: Arbitraries<Given>,
  check: (...given: Given) => Promise<void>,
): Promise<void> {
  return fc.assert(fc.asyncProperty<Given>(...arbitraries, check), PARAMETERS);
}
