import { availableParallelism } from 'node:os';

/** ESM under jest: run it with `npm run test:only`, which passes Node the flag that needs. */
export default {
  // Most tests wait for a database, a process or a schedule: one more worker than processors halves the time of the suite.
  maxWorkers: availableParallelism() + 1,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // The soak kills what this one kills, and more, beside the tests; `npm run chaos` has it at its full size.
  testPathIgnorePatterns: ['/node_modules/', ...(process.env['CHAOS'] === 'full' ? [] : ['/test/chaos/kills\\.test\\.ts$'])],
  // A build or the data of a start may hold copies of our own files.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.interline/', '<rootDir>/\\.build/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
  // Tests that start processes share two cores with everything else; none asserts a time.
  testTimeout: 60_000,
};
