/** Unit tests: `*.spec.ts` beside the file they test. Each workspace runs this with its own folder as the root. */
module.exports = {
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  testEnvironment: 'node',
  // The built package has the name of its source.
  modulePathIgnorePatterns: ['/dist/'],
  passWithNoTests: true,
  reporters: ['default', require.resolve('./jest.unit-results.cjs')],
  transform: { '^.+\\.ts$': ['@swc/jest', require('./jest.swc.cjs')] },
};
