import base from './jest.config.js';

/** What takes long by nature: fleets, simulations, browsers, packed tarballs. */
export default { ...base, testMatch: ['**/*.slow.ts'], testTimeout: 180_000 };
