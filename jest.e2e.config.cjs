/** Tests on real servers. The set-up starts those that no variable HERCULES_TEST_KAFKA, _ELASTICSEARCH, _CASSANDRA or _GRAPHITE names. */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools/demo', '<rootDir>/tools/testing'],
  testMatch: ['**/e2e/**/*.e2e.ts'],
  testEnvironment: 'node',
  // The built package has the name of its source.
  modulePathIgnorePatterns: ['/dist/'],
  testTimeout: 60_000,
  maxWorkers: 2,
  passWithNoTests: true,
  globalSetup: '<rootDir>/tools/testing/src/e2e-global-setup.ts',
  globalTeardown: '<rootDir>/tools/testing/src/e2e-global-teardown.ts',
  transform: { '^.+\\.ts$': ['@swc/jest', require('./jest.swc.cjs')] },
};
