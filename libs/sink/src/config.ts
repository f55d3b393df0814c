import { z } from 'zod';
import { eventFilterSchema } from './event-filter.ts';

const patternList = z
  .array(z.string().regex(/^[a-z0-9_*?]+$/, 'expected a stream pattern of a–z, 0–9, _, * and ?'))
  .describe('Stream (topic) patterns: * is any run of characters, ? exactly one');

/** Settings of the loop that every sink shares; each sink adds the shape to its own schema. */
export const sinkConfigSchema = z.object({
  patterns: patternList.min(1),
  exclusions: patternList.default([]).describe('Patterns of streams that are left out although they match'),
  filters: z
    .array(eventFilterSchema)
    .default([])
    .describe('Generic filters: blacklist, whitelist, switcher; an event must pass all of them'),
  groupId: z.string().min(1).optional().describe('Consumer group; by default hercules.<application id>.<patterns joined by commas>'),
  batchSize: z.number().int().min(1).max(100_000).default(5000).describe('Most records a write'),
  batchBytes: z
    .number()
    .int()
    .min(1024)
    .default(5 * 1024 * 1024)
    .describe('A write is closed once it holds this many bytes'),
  lingerMs: z.number().int().min(0).default(200).describe('How long a part-filled write waits for more records, in ms'),
  maxConcurrentWrites: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(3)
    .describe('Most writes under way at once; lowered while the store is overloaded'),
  maxBufferedBytes: z
    .number()
    .int()
    .min(1024 * 1024)
    .default(32 * 1024 * 1024)
    .describe('Fetched and not yet written bytes at which fetching stops'),
  commitIntervalMs: z.number().int().min(10).default(500).describe('How often finished offsets are committed, in ms'),
  retryMinMs: z.number().int().min(1).default(100).describe('First back-off after a failure, in ms'),
  retryMaxMs: z.number().int().min(1).default(5000).describe('Longest back-off, in ms'),
  sessionTimeoutMs: z
    .number()
    .int()
    .min(6000)
    .default(10_000)
    .describe('After this silence Kafka gives the partitions to other members, in ms'),
  deadLetterStream: z
    .string()
    .regex(/^[a-z0-9_]{1,48}$/)
    .default('dead_letters')
    .describe('Stream that takes what can never be written'),
  deadLetterReplicationFactor: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('Replication factor if the sink has to create the dead-letter topic'),
});

export type SinkConfig = z.infer<typeof sinkConfigSchema>;

/** Consumer group of a sink (model §6): one scheme, made of the application's id. */
export function sinkGroupId(applicationId: string, config: Pick<SinkConfig, 'groupId' | 'patterns'>): string {
  return config.groupId ?? `hercules.${applicationId}.${config.patterns.join(',')}`;
}
