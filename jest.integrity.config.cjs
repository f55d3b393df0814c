/** Kills and outages under load. One file after the other: each starts a cluster of its own and needs the machine for itself. */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/integrity'],
  testMatch: ['**/src/**/*.integrity.ts'],
  testEnvironment: 'node',
  // The built package has the name of its source.
  modulePathIgnorePatterns: ['/dist/'],
  testTimeout: 300_000,
  maxWorkers: 1,
  passWithNoTests: true,
  transform: { '^.+\\.ts$': ['@swc/jest', require('./jest.swc.cjs')] },
};
