// `npm test`: every check of the repository, one after the other. `npm test -- --only unit,e2e` runs some of them.
import { parseArgs } from 'node:util';
import { dirname } from 'node:path';
import { projectRoot } from '@hercules/stack';
import { e2eStep, integrityStep, unitStep } from './jest-steps.ts';
import { endProcessesOfDeadRuns, endProcessesOfRun, markRun } from './run-marker.ts';
import { runSteps } from './run-steps.ts';
import { removeFoldersOfDeadProcesses } from './temporary-folder.ts';
import { formatStep, lintStep, typesStep, vectorsStep } from './static-steps.ts';
import type { Step } from './step.ts';

const ALL_STEPS: readonly Step[] = [formatStep, lintStep, typesStep, unitStep, vectorsStep, e2eStep, integrityStep];

const print = (text: string): void => void process.stdout.write(text);

function chosenSteps(): readonly Step[] {
  const names = ALL_STEPS.map((step) => step.name).join(', ');
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' } } });
    if (values.only === undefined) return ALL_STEPS;
    return values.only.split(',').map((name) => {
      const step = ALL_STEPS.find((candidate) => candidate.name === name.trim());
      if (!step) throw new Error(`there is no step ${JSON.stringify(name)}`);
      return step;
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}. Usage: npm test -- [--only STEP,STEP…], with the steps ${names}.\n`);
    process.exit(2);
  }
}

const steps = chosenSteps();
const marker = markRun();
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interruption.abort(new Error(`stopped by ${signal}`)));

const root = projectRoot(dirname(import.meta.filename));
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: process.stdout.isTTY ? '1' : '0' };
process.on('uncaughtException', (error) => {
  print(`${error.stack ?? error.message}\n`);
  void endProcessesOfRun(marker).finally(() => process.exit(1));
});
const left = await endProcessesOfDeadRuns();
removeFoldersOfDeadProcesses();
if (left > 0) print(`Ended ${left} processes of an earlier test run that had been killed.\n`);
try {
  const { passed, failed } = await runSteps(steps, { cwd: root, env, signal: interruption.signal }, print);
  process.exitCode = interruption.signal.aborted ? 130 : failed > 0 ? 1 : 0;
  print(`\n${passed} passed, ${failed} failed\n`);
} finally {
  await endProcessesOfRun(marker);
}
process.exit();
