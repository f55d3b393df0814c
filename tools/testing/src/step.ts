import type { TestCounts } from './jest-results.ts';

export interface StepContext {
  /** The project's root. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted when the run is to end early. */
  readonly signal: AbortSignal;
}

/** One part of `npm test`. It returns counts; an exception counts as one failure. */
export interface Step {
  readonly name: string;
  readonly title: string;
  /** The step is ended and has failed after this many minutes; a test that hangs must not hide the other results. */
  readonly minutes: number;
  run(context: StepContext): Promise<TestCounts>;
}

/** Counts of a step that is one check as a whole. */
export function oneCheck(ok: boolean, failure: string): TestCounts {
  return ok ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [failure] };
}
