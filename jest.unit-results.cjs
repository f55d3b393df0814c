/**
 * A jest reporter that writes the results of a workspace's unit tests where Nx caches them, so that `npm test` can count tests that Nx did not have to run
 * again.
 */
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { formatTestResults } = require('@jest/test-result');

module.exports = class UnitResults {
  constructor(globalConfig) {
    const { name } = JSON.parse(readFileSync(join(globalConfig.rootDir, 'package.json'), 'utf8'));
    this.file = join(__dirname, '.test-results', 'unit', `${name}.json`);
  }

  onRunComplete(_, results) {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify(formatTestResults(results)));
  }
};
