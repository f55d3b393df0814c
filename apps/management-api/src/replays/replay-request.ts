import { parseTime, TIME_EXPECTED } from '@hercules/http-api';
import { filterListSchema, nameSchema, type Filter } from '@hercules/metadata';
import { eventsPerSecondSchema, partitionRangeSchema, replayJobSchema, replayProgressSchema, replayTargetSchema } from '@hercules/replay';
import { z } from 'zod';

const DRY_RUN_EXPECTED = 'expected true or false';

const timeSchema = z.union([z.string(), z.number()], { error: TIME_EXPECTED }).transform((time, context) => {
  const ms = parseTime(String(time));
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: TIME_EXPECTED });
  return z.NEVER;
});

/** What is asked for: the body of POST /replays. Times become ms since 1970. */
export const replayRequestSchema = z
  .object(
    {
      stream: nameSchema.describe('Stream to read'),
      from: timeSchema.describe('First time of arrival: ISO 8601, ms since 1970, or back from now such as -1h'),
      to: timeSchema.optional().describe('Time of arrival at which it ends (exclusive); now if left out'),
      filters: filterListSchema
        .nullish()
        .transform((filters) => filters ?? [])
        .pipe(filterListSchema as z.ZodType<Filter[], Filter[]>)
        .describe('What an event must satisfy to be replayed'),
      target: replayTargetSchema,
      eventsPerSecond: eventsPerSecondSchema.optional(),
      dryRun: z.boolean({ error: DRY_RUN_EXPECTED }).default(false).describe('Count what would be replayed; write nothing'),
    },
    { error: 'expected a replay: a JSON object' },
  )
  .meta({ id: 'ReplayRequest' });

export type ReplayRequest = z.infer<typeof replayRequestSchema>;

/** A replay as it is answered. */
export const listedReplaySchema = replayJobSchema
  .extend({
    state: z
      .enum(['waiting', 'running', 'pausing', 'paused', 'cancelling', 'cancelled', 'done', 'failed'])
      .describe('pausing, cancelling: asked for, and not done yet'),
    percent: z.number().optional().describe('0 to 100; missing until the range is known'),
    records: z.number().optional().describe('Offsets of the range: its records, but for gaps that compaction has left'),
    recordsLeft: z.number().optional(),
    secondsLeft: z.number().optional().describe('At the speed of late; missing while it does not move'),
    progress: replayProgressSchema.optional().describe('Missing until it is taken up'),
  })
  .meta({ id: 'Replay' });

/** What a dry run without filters finds at once, from offsets alone. */
export const dryRunSchema = z
  .object({
    dryRun: z.literal(true),
    records: z.number().describe('Offsets of the range: its records, but for gaps that compaction has left'),
    partitions: z.array(partitionRangeSchema.pick({ partition: true, start: true, end: true })),
  })
  .meta({ id: 'ReplayDryRun' });
