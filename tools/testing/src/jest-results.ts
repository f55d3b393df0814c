import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** One text for each failure: file, test and the first lines of the reason. */
  readonly failures: readonly string[];
}

/** What jest's `--json` file holds, as far as it is read here. */
interface JestJson {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

/** Adds up result files of jest. A test file that could not be run at all counts as one failure. */
export function readJestResults(files: readonly string[]): TestCounts {
  let passed = 0;
  let failed = 0;
  const failures: string[] = [];
  for (const file of files) {
    const result = JSON.parse(readFileSync(file, 'utf8')) as JestJson;
    passed += result.numPassedTests;
    failed += result.numFailedTests;
    for (const { name, status, message, assertionResults } of result.testResults) {
      const failedTests = assertionResults.filter((test) => test.status === 'failed');
      for (const test of failedTests) failures.push(`${name}: ${test.fullName}\n${excerpt(test.failureMessages?.join('\n') ?? '')}`);
      if (status === 'failed' && failedTests.length === 0) {
        failed++;
        failures.push(`${name}: the file could not be run\n${excerpt(message)}`);
      }
    }
  }
  return { passed, failed, failures };
}

/** All .json files below the folder. */
export function jsonFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

function excerpt(message: string): string {
  const lines = message
    .replace(COLOURS, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines
    .slice(0, 12)
    .map((line) => `    ${line}`)
    .join('\n');
}
