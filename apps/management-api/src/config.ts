import { auditConfigSchema } from '@hercules/audit';
import { kafkaConfigSchema } from '@hercules/kafka';
import { metadataConfigSchema } from '@hercules/metadata';
import { streamReplayConfigSchema } from '@hercules/replay';
import { httpConfigSchema, secret, serviceConfigSchema } from '@hercules/service';
import { sinkConfigSchema } from '@hercules/sink';
import { z } from 'zod';

const DAY_MS = 24 * 60 * 60 * 1000;

const KEYS_EXPECTED = 'expected one or more keys, separated by commas';

const topicName = z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, 'expected a name of a Kafka topic');

/** How queued changes are carried out (docs/decisions/001-single-writer.md). */
export const tasksConfigSchema = z.object({
  topic: topicName.default('hercules_tasks').describe('Topic of queued changes; all instances use the same one'),
  sessionTimeoutMs: z
    .number()
    .int()
    .min(6000)
    .default(10_000)
    .describe('After this silence another instance takes over carrying out changes, in ms'),
  attempts: z.number().int().min(1).default(5).describe('How often a change is tried while Kafka is not available, before it has failed'),
  retryBackoffMs: z.number().int().min(1).default(500).describe('Wait before the second attempt, doubled each time, in ms'),
  maxAgeMs: z
    .number()
    .int()
    .min(1000)
    .default(DAY_MS)
    .describe('Changes queued longer ago are dropped; results are kept a little longer, in ms'),
  cleanupIntervalMs: z.number().int().min(100).default(60_000).describe('How often old results are looked for, in ms'),
});

/** Where dead letters are, and where it is written down which of them were sent again. */
export const deadLettersConfigSchema = z.object({
  stream: z
    .string()
    .regex(/^[a-z0-9_]{1,48}$/, 'expected a name of a stream')
    .default('dead_letters')
    .describe('Stream of the dead letters that is meant when a request names none; that of the sinks'),
  resendingsTopic: topicName
    .default('hercules_resendings')
    .describe('Compacted topic that holds which dead letters were sent again; all instances use the same one'),
});

const { deadLetterStream, deadLetterReplicationFactor } = sinkConfigSchema.shape;

/** Replays: the API itself executes those into other streams, and dry runs. */
export const managementReplayConfigSchema = streamReplayConfigSchema.extend({
  keepMs: z
    .number()
    .int()
    .min(60_000)
    .default(30 * DAY_MS)
    .describe('How long replays that have come to their end are listed, in ms'),
  deadLetterStream,
  deadLetterReplicationFactor,
});

/** Settings of the management API. */
export const managementApiConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(6309),
  kafka: kafkaConfigSchema.prefault({}),
  metadata: metadataConfigSchema.prefault({}),
  tasks: tasksConfigSchema.prefault({}),
  deadLetters: deadLettersConfigSchema.prefault({}),
  audit: auditConfigSchema.prefault({}),
  replays: managementReplayConfigSchema.prefault({}),
  masterKeys: secret(z.array(z.string().min(1), { error: KEYS_EXPECTED }).min(1, { error: KEYS_EXPECTED })).describe(
    'Keys whose holders may do everything',
  ),
  replicationFactor: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('Replication factor of the topics of new streams; 3 or more in production'),
  deleteGracePeriodMs: z
    .number()
    .int()
    .min(0)
    .default(1000)
    .describe('Between the removal of a stream from the metadata and that of its topic, for the gateways to forget it, in ms'),
  maxBodyBytes: z
    .number()
    .int()
    .min(1024)
    .default(1024 * 1024)
    .describe('Longest body of a request, in bytes'),
});

export type ManagementApiConfig = z.infer<typeof managementApiConfigSchema>;

/** Kafka settings of the tasks topic: kept for a week, which is longer than any task may wait. */
export function tasksTopicConfigs(maxAgeMs: number): Record<string, string> {
  return { 'cleanup.policy': 'delete', 'retention.ms': String(Math.max(7 * DAY_MS, 2 * maxAgeMs)) };
}
