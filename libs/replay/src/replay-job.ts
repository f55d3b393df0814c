import { filterListSchema, nameSchema } from '@hercules/metadata';
import { z } from 'zod';

const SUFFIX_EXPECTED = 'expected a suffix of 1 to 24 characters a–z, 0–9, _, the first a letter or digit';
const SINK_EXPECTED = 'expected the name of a sink, such as elastic-sink';

const suffixSchema = z
  .string({ error: SUFFIX_EXPECTED })
  .regex(/^[a-z0-9][a-z0-9_]{0,23}$/, { error: SUFFIX_EXPECTED })
  .describe('Write to indexes or tables of their own, whose names end in this; without one to those that the sink fills live');

/** What a sink is called in the targets of replays. */
export const sinkNameSchema = z.string({ error: SINK_EXPECTED }).regex(/^[a-z0-9][a-z0-9_-]{0,47}$/, { error: SINK_EXPECTED });

/** Where a replay writes. */
export const replayTargetSchema = z
  .discriminatedUnion(
    'type',
    [
      z
        .object({ type: z.literal('sink'), sink: sinkNameSchema.describe('Name of the sink'), suffix: suffixSchema.optional() })
        .describe("A sink's own pipeline, once more"),
      z
        .object({ type: z.literal('timeline'), timeline: nameSchema.describe('Name of the timeline'), suffix: suffixSchema.optional() })
        .describe('A timeline in Cassandra'),
      z
        .object({ type: z.literal('stream'), stream: nameSchema.describe('Name of the stream') })
        .describe('Another stream: the events are copied as they are'),
    ],
    { error: "expected a target with a 'type' of sink, timeline or stream" },
  )
  .meta({ id: 'ReplayTarget' });

export type ReplayTarget = z.infer<typeof replayTargetSchema>;

const timeSchema = z.number().int().nonnegative();

/** The limit of a replay's speed. */
export const eventsPerSecondSchema = z
  .number({ error: 'expected a number of events from 1' })
  .int({ error: 'expected a number of events from 1' })
  .min(1, { error: 'expected a number of events from 1' })
  .describe('Most events a second; as fast as the target takes them if left out');

/** A replay as it stands in the topic of replays, under the key `job/<id>`. Only `wanted` changes during its life. */
export const replayJobSchema = z
  .object({
    id: z.string().regex(/^[0-9a-f-]{1,64}$/),
    stream: nameSchema.describe('Stream that is read'),
    fromMs: timeSchema.describe('First time of arrival, ms since 1970'),
    toMs: timeSchema.describe('Time of arrival at which it ends (exclusive), ms since 1970'),
    filters: filterListSchema.describe('What an event must satisfy to be replayed'),
    target: replayTargetSchema,
    eventsPerSecond: eventsPerSecondSchema.optional(),
    dryRun: z.boolean().describe('Counts what would be replayed and writes nothing'),
    wanted: z.enum(['running', 'paused', 'cancelled']).describe('What was last asked for'),
    createdAt: timeSchema.describe('ms since 1970'),
    createdBy: z.string().describe('Who has asked for it: a key as lists show it, or master'),
  })
  .meta({ id: 'ReplayJob' });

export type ReplayJob = z.infer<typeof replayJobSchema>;
export type WantedState = ReplayJob['wanted'];
