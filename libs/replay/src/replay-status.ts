import type { ReplayJob } from './replay-job.ts';
import { isFinalState, offsetsOf, type ReplayProgress, type ReplayState } from './replay-progress.ts';

/** A replay as the topic tells of it. */
export interface ReplayEntry {
  readonly job: ReplayJob;
  /** Undefined until an executor has taken it up. */
  readonly progress: ReplayProgress | undefined;
}

/** What people ask of a replay. */
export interface ReplayStatus {
  /** `pausing` and `cancelling`: it was asked for, and the executor has not done so yet. */
  readonly state: ReplayState | 'pausing' | 'cancelling';
  /** 0 to 100; undefined until the range is known. */
  readonly percent: number | undefined;
  /** Offsets of the range, and those still to come; the number of records but for gaps that compaction has left. */
  readonly records: number | undefined;
  readonly recordsLeft: number | undefined;
  /** Undefined while it does not move, or its executor has not been heard of. */
  readonly secondsLeft: number | undefined;
}

/** An executor writes far more often, even without news. */
const SILENCE_MS = 60_000;

/** Sums an entry up. */
export function replayStatus({ job, progress }: ReplayEntry, now = Date.now()): ReplayStatus {
  const state = stateOf(job, progress);
  if (progress === undefined || (progress.partitions.length === 0 && progress.state !== 'done')) {
    return { state, percent: undefined, records: undefined, recordsLeft: undefined, secondsLeft: undefined };
  }
  const { done, total } = offsetsOf(progress.partitions);
  const left = total - done;
  const moves = state === 'running' && progress.recordsPerSecond > 0 && now - progress.updatedAt <= SILENCE_MS;
  return {
    state,
    // Rounded down, so that 100 means that nothing is left.
    percent: total === 0 ? 100 : Math.floor((done / total) * 1000) / 10,
    records: total,
    recordsLeft: left,
    secondsLeft: moves ? Math.ceil(left / progress.recordsPerSecond) : undefined,
  };
}

function stateOf({ wanted }: ReplayJob, progress: ReplayProgress | undefined): ReplayStatus['state'] {
  const state = progress?.state ?? 'waiting';
  if (isFinalState(state)) return state;
  if (wanted === 'cancelled') return progress === undefined ? 'cancelled' : 'cancelling';
  if (wanted === 'paused' && state !== 'paused') return progress === undefined ? 'paused' : 'pausing';
  return wanted === 'running' && state === 'paused' ? 'waiting' : state;
}

/** Whether the replay has come to its end. */
export function isFinished({ job, progress }: ReplayEntry): boolean {
  return progress === undefined ? job.wanted === 'cancelled' : isFinalState(progress.state);
}
