import type { ReplayJob } from './replay-job.ts';
import { noCounts, type ReplayProgress } from './replay-progress.ts';

/** A replay of an hour into a sink. For tests. */
export function jobOf(changes: Partial<ReplayJob> = {}): ReplayJob {
  return {
    id: '0000-01',
    stream: 'logs',
    fromMs: 0,
    toMs: 3_600_000,
    filters: [],
    target: { type: 'sink', sink: 'elastic-sink' },
    dryRun: false,
    wanted: 'running',
    createdAt: 0,
    createdBy: 'master',
    ...changes,
  };
}

/** A progress of a replay under way. For tests. */
export function progressOf(changes: Partial<ReplayProgress> = {}): ReplayProgress {
  return {
    term: 1,
    attempt: 1,
    executor: 'one',
    state: 'running',
    partitions: [
      { partition: 0, start: 100, next: 150, end: 200 },
      { partition: 1, start: 0, next: 0, end: 100 },
    ],
    counts: noCounts(),
    recordsPerSecond: 50,
    storeAvailable: true,
    startedAt: 0,
    updatedAt: 0,
    ...changes,
  };
}
