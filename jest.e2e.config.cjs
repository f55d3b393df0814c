/** Tests on real servers. Where HERCULES_TEST_KAFKA and HERCULES_TEST_ELASTICSEARCH are not set, the set-up starts both. */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools/testing'],
  testMatch: ['**/e2e/**/*.e2e.ts'],
  testEnvironment: 'node',
  testTimeout: 60_000,
  maxWorkers: 2,
  passWithNoTests: true,
  globalSetup: '<rootDir>/tools/testing/src/e2e-global-setup.ts',
  globalTeardown: '<rootDir>/tools/testing/src/e2e-global-teardown.ts',
  transform: { '^.+\\.ts$': ['@swc/jest', require('./jest.swc.cjs')] },
};
