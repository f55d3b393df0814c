import { setTimeout as sleep } from 'node:timers/promises';
import { LeadershipLost, type TaskResult } from '@hercules/metadata';
import { HerculesError, type ErrorCode, type Logger } from '@hercules/protocol';
import { carryOut } from './carry-out.ts';
import type { ChangeContext } from './change-context.ts';
import type { Task } from './task.ts';

export interface RetryPolicy {
  /** How often a step that may succeed later is tried in all. */
  readonly attempts: number;
  /** Wait before the second attempt in ms; doubled each time. */
  readonly backoffMs: number;
  /** Tasks queued longer ago are not carried out, in ms: their results may have been forgotten, so they may have run before. */
  readonly maxAgeMs: number;
}

/** Failures whose reason the caller may read and can do something about; all others are told in the log only. */
const SHOWN: ReadonlySet<ErrorCode> = new Set(['ALREADY_EXISTS', 'CONFLICT', 'STREAM_NOT_FOUND', 'NOT_FOUND']);

/**
 * Carries out a task and says how it ended, or that its end is still to come. What may succeed later is tried a bounded number of times, so that one task cannot hold up the
 * queue for ever. Throws only LeadershipLost and the AbortError of the context's signal: then the task is still to be done, by whoever is
 * the leader.
 */
export async function taskOutcome(
  context: ChangeContext,
  task: Task,
  policy: RetryPolicy,
  logger: Logger,
): Promise<TaskResult | 'pending'> {
  const { id, by, queuedAt } = task;
  const fields = { task: id, change: task.change.type, by };
  if (Date.now() - queuedAt > policy.maxAgeMs) {
    logger.warn(fields, 'Dropped a task that was queued too long ago');
    return failed(queuedAt, 'INTERNAL', 'The change waited too long and was dropped');
  }
  for (let attempt = 1; ; attempt++) {
    context.signal.throwIfAborted();
    try {
      const progress = await carryOut(context, task);
      logger.info(fields, progress === 'done' ? 'Carried out a change' : 'Asked for a change of a table');
      if (progress === 'pending') return progress;
      return { status: 'DONE', queuedAt, finishedAt: Date.now() };
    } catch (error) {
      if (error instanceof LeadershipLost || context.signal.aborted) throw error;
      const retryable = error instanceof HerculesError && error.retryable;
      if (!retryable || attempt >= policy.attempts) {
        logger.warn({ ...fields, attempt, err: error }, 'A change failed');
        return failureOf(queuedAt, error);
      }
      logger.warn({ ...fields, attempt, reason: error.message }, 'A change could not be carried out yet');
      await sleep(policy.backoffMs * 2 ** (attempt - 1), undefined, { signal: context.signal });
    }
  }
}

function failureOf(queuedAt: number, error: unknown): TaskResult {
  if (error instanceof HerculesError && SHOWN.has(error.code)) return failed(queuedAt, error.code, error.message);
  if (error instanceof HerculesError && error.retryable) {
    return failed(queuedAt, 'KAFKA_UNAVAILABLE', 'Kafka did not carry out the change in several attempts; it was given up');
  }
  return failed(queuedAt, 'INTERNAL', 'The change failed; the log of the service says why');
}

function failed(queuedAt: number, code: ErrorCode, error: string): TaskResult {
  return { status: 'FAILED', code, error, queuedAt, finishedAt: Date.now() };
}
