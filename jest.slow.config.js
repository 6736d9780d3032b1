import base from './jest.config.js';

/** What takes long by nature: fleets, simulations, browsers, packed tarballs. One at a time: some start a hundred processes. */
export default {
  ...base,
  testMatch: ['**/*.slow.ts'],
  testTimeout: 180_000,
  maxWorkers: 1,
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
};
