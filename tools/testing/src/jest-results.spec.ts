import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonFiles, readJestResults } from './jest-results.ts';

describe('readJestResults', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'results-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('adds files up and tells each failure', () => {
    mkdirSync(join(folder, '@a'));
    const passed = { status: 'passed', fullName: 'a b' };
    const failed = { status: 'failed', fullName: 'a c', failureMessages: ['\u001b[31mexpected 1\u001b[0m\n\n  got 2'] };
    writeFileSync(
      join(folder, '@a', 'one.json'),
      JSON.stringify({
        numPassedTests: 1,
        numFailedTests: 1,
        testResults: [{ name: '/x/a.spec.ts', status: 'failed', message: 'all', assertionResults: [passed, failed] }],
      }),
    );
    writeFileSync(
      join(folder, 'two.json'),
      JSON.stringify({
        numPassedTests: 3,
        numFailedTests: 0,
        testResults: [{ name: '/x/broken.spec.ts', status: 'failed', message: 'SyntaxError', assertionResults: [] }],
      }),
    );
    expect(readJestResults(jsonFiles(folder))).toEqual({
      passed: 4,
      failed: 2,
      failures: ['/x/a.spec.ts: a c\n    expected 1\n      got 2', '/x/broken.spec.ts: the file could not be run\n    SyntaxError'],
    });
  });

  it('finds nothing where nothing is', () => {
    expect(readJestResults(jsonFiles(join(folder, 'nowhere')))).toEqual({ passed: 0, failed: 0, failures: [] });
  });
});
