/** One swc set-up; the demo alone relies on emitted decorator metadata, as a user's application would. */
const swc = (decoratorMetadata) => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata, useDefineForClassFields: true },
    },
    module: { type: 'es6' },
    sourceMaps: true,
  },
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Real sockets and processes on a busy machine: a test that hangs still ends.
  testTimeout: 15_000,
  // A machine with two cores is the usual one. Many tests wait for sockets or timers, so two more workers find time.
  maxWorkers: 4,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '/apps/.+\\.ts$': swc(true),
    '\\.ts$': swc(false),
  },
  moduleNameMapper: {
    '^nestjs-conta-simples-auth$': '<rootDir>/libs/conta-simples-auth/src/index.ts',
    '^nestjs-conta-simples-auth/([a-z]+)$': '<rootDir>/libs/conta-simples-auth/src/$1/index.ts',
    '^@support/(.*)\\.js$': '<rootDir>/test/support/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
