import { z } from 'zod';

const count = z.number().int().nonnegative();

/** Part of a partition that a replay reads. */
export const partitionRangeSchema = z.object({
  partition: count,
  start: count.describe('First offset'),
  next: count.describe('Offset before which every record has come to its end'),
  end: count.describe('Offset at which the reading ends (exclusive); fixed when the replay starts'),
});

export type PartitionRange = z.infer<typeof partitionRangeSchema>;

/** What has become of the records. A record that is read again after an executor was killed counts again, as it is written again. */
export const replayCountsSchema = z.object({
  read: count.describe('Records that have come to an end: the sum of those filtered, written and dead-lettered'),
  filtered: count.describe("Left out by the replay's filters or the sink's own"),
  written: count.describe('Acknowledged by the target; of a dry run: what would be written'),
  duplicated: count.describe('Of these, those that the target had already'),
  deadLettered: count.describe('Sent to the dead-letter stream'),
  expired: count.describe('Offsets that retention had removed before they were read'),
});

export type ReplayCounts = z.infer<typeof replayCountsSchema>;

/** How far a replay has got: the value of the key `progress/<id>`. Its executor alone writes it. */
export const replayProgressSchema = z
  .object({
    term: count.describe(
      'Offset of the claim under which its executor works: the word of one that has lost the replay is known by a lower one',
    ),
    attempt: count.describe('How often it was taken up'),
    executor: z.string().describe('Instance that executes it, or was the last one to'),
    state: z.enum(['waiting', 'running', 'paused', 'done', 'cancelled', 'failed']),
    error: z.string().optional().describe('Why it has failed'),
    partitions: z.array(partitionRangeSchema),
    counts: replayCountsSchema,
    recordsPerSecond: z.number().nonnegative().describe('Speed of late'),
    storeAvailable: z.boolean().describe('false while the target does not take writes'),
    startedAt: count.describe('ms since 1970'),
    updatedAt: count.describe('ms since 1970'),
  })
  .meta({ id: 'ReplayProgress' });

export type ReplayProgress = z.infer<typeof replayProgressSchema>;
export type ReplayState = ReplayProgress['state'];

export function noCounts(): ReplayCounts {
  return { read: 0, filtered: 0, written: 0, duplicated: 0, deadLettered: 0, expired: 0 };
}

/** Whether nothing more happens to a replay in this state. */
export function isFinalState(state: ReplayState): boolean {
  return state === 'done' || state === 'cancelled' || state === 'failed';
}

/** Offsets of the ranges that have come to their end, and all. */
export function offsetsOf(partitions: readonly PartitionRange[]): { done: number; total: number } {
  let done = 0;
  let total = 0;
  for (const { start, next, end } of partitions) {
    done += next - start;
    total += end - start;
  }
  return { done, total };
}
