import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { jsonFiles, readJestResults, type TestCounts } from './jest-results.ts';
import { runCommand } from './run-command.ts';
import { startTestServers } from './start-test-servers.ts';
import type { Step, StepContext } from './step.ts';

/** Unit tests of every workspace through Nx. Results of tests that Nx did not have to run again come out of its cache, counts included. */
export const unitStep: Step = {
  name: 'unit',
  title: 'Unit tests (nx run-many -t unit)',
  minutes: 6,
  async run(context) {
    const folder = join(context.cwd, '.test-results', 'unit');
    rmSync(folder, { recursive: true, force: true });
    const code = await runCommand('nx', ['run-many', '-t', 'unit', '--parallel=2', '--output-style=static'], context);
    return withExitCode(readJestResults(jsonFiles(folder)), code, 'nx run-many -t unit');
  },
};

/** All tests on real servers in one run of jest; the servers are started once, on free ports. */
export const e2eStep: Step = {
  name: 'e2e',
  title: 'Tests on real servers (e2e)',
  minutes: 15,
  async run(context) {
    const servers = await startTestServers((text) => process.stdout.write(`${text}\n`), context.signal);
    try {
      const env = { ...context.env, ...servers.variables };
      return await jest({ ...context, env }, 'jest.e2e.config.cjs', 'e2e');
    } finally {
      await servers.stop();
    }
  },
};

/** Kills, outages and stops under load, on a cluster of its own. */
export const integrityStep: Step = {
  name: 'integrity',
  title: 'Integrity (kills and outages under load)',
  minutes: 12,
  run: (context) => jest(context, 'jest.integrity.config.cjs', 'integrity'),
};

async function jest(context: StepContext, config: string, name: string): Promise<TestCounts> {
  const results = join(context.cwd, '.test-results', `${name}.json`);
  mkdirSync(dirname(results), { recursive: true });
  rmSync(results, { force: true });
  const code = await runCommand('jest', ['--config', config, '--json', `--outputFile=${results}`, '--forceExit'], context);
  return withExitCode(
    existsSync(results) ? readJestResults([results]) : { passed: 0, failed: 0, failures: [] },
    code,
    `jest --config ${config}`,
  );
}

/** A runner that fails without a failed test has not run everything. */
function withExitCode(counts: TestCounts, code: number, command: string): TestCounts {
  if (code === 0 || counts.failed > 0) return counts;
  return { ...counts, failed: 1, failures: [`${command} ended with code ${code}`] };
}
