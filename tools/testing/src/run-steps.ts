import { endProcessesOfRun, markRun } from './run-marker.ts';
import type { Step, StepContext } from './step.ts';

export interface RunSummary {
  readonly passed: number;
  readonly failed: number;
}

/** Runs the steps in order, each whatever became of those before it, and prints every failure again at the end. */
export async function runSteps(steps: readonly Step[], context: StepContext, print: (text: string) => void): Promise<RunSummary> {
  let passed = 0;
  let failed = 0;
  const failures: string[] = [];
  const table: string[] = [];
  for (const step of steps) {
    if (context.signal.aborted) break;
    print(`\n=== ${step.title}\n`);
    const started = Date.now();
    const timeLimit = new AbortController();
    const timer = setTimeout(() => timeLimit.abort(new Error(`not done within ${step.minutes} minutes`)), step.minutes * 60_000);
    const counts = await step.run({ ...context, signal: AbortSignal.any([context.signal, timeLimit.signal]) }).catch((error: unknown) => {
      const reason = error instanceof Error && !context.signal.aborted ? error.stack : String(error);
      return { passed: 0, failed: 1, failures: [`${step.name}: ${reason}`] };
    });
    clearTimeout(timer);
    if (timeLimit.signal.aborted) await endProcessesOfRun(markRun());
    passed += counts.passed;
    failed += counts.failed;
    failures.push(...counts.failures);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    table.push(`${step.name.padEnd(10)} ${seconds.padStart(7)} s   ${counts.passed} passed, ${counts.failed} failed`);
    print(`--- ${table.at(-1)!}\n`);
  }
  print(`\n=== Summary\n${table.join('\n')}\n`);
  for (const failure of failures) print(`\nFAILED ${failure}\n`);
  return { passed, failed };
}
