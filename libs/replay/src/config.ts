import { metadataTopicConfigs } from '@hercules/metadata';
import { z } from 'zod';
import { sinkNameSchema } from './replay-job.ts';
import { STREAM_REPLAYS } from './stream-replays.ts';

/** Where replays are kept; the same for all apps. */
export const replayTopicSchema = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{1,249}$/, 'expected a name of a Kafka topic')
  .default('hercules_replays')
  .describe('Compacted topic of replays and their progress; all apps use the same one');

/** Settings of the part of an app that executes replays. */
export const replayConfigSchema = z.object({
  enabled: z.boolean().default(true).describe('Execute replays whose target is this app'),
  topic: replayTopicSchema,
  name: sinkNameSchema
    .refine((name) => name !== STREAM_REPLAYS, {
      error: `expected another name than ${STREAM_REPLAYS}: it is that of the apps which copy into streams`,
    })
    .optional()
    .describe(
      'What targets of replays call this app, by default its application id. Instances that are not set up alike need different names',
    ),
  maxJobs: z.number().int().min(1).max(16).default(2).describe('Most replays under way at once; the others wait'),
  sessionTimeoutMs: z
    .number()
    .int()
    .min(6000)
    .default(10_000)
    .describe('After this silence another instance takes the replays over, in ms'),
  progressIntervalMs: z.number().int().min(100).default(1000).describe('How often the progress of a replay is written, in ms'),
  maxBufferedBytes: z
    .number()
    .int()
    .min(1024 * 1024)
    .default(8 * 1024 * 1024)
    .describe('Fetched and not yet written bytes of a replay at which its fetching stops'),
});

/** Settings of an app that executes the replays that need no sink. What they are called is the same for all such apps. */
export const streamReplayConfigSchema = replayConfigSchema.omit({ name: true }).extend({
  enabled: replayConfigSchema.shape.enabled
    .removeDefault()
    .default(true)
    .describe('Execute replays into other streams, and dry runs; of all instances for which this is set, one does'),
});

export type ReplayConfig = z.infer<typeof replayConfigSchema>;

/** Kafka settings of the topic of replays: as those of the metadata. */
export const replayTopicConfigs = metadataTopicConfigs;
