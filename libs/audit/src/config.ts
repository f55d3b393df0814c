import { z } from 'zod';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Settings of the delivery audit; the same in every app that counts or compares. */
export const auditConfigSchema = z.object({
  enabled: z.boolean().default(true).describe('Count events by stream and minute, and publish the counts'),
  topic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,249}$/, 'expected a name of a Kafka topic')
    .default('hercules_audit')
    .describe('Topic of the counts; all apps use the same one'),
  partitions: z.number().int().min(1).max(99).default(8).describe('Partitions of that topic if it has to be created'),
  replicationFactor: z.number().int().min(1).default(1).describe('Replication factor if it has to be created; 3 or more in production'),
  retentionMs: z
    .number()
    .int()
    .min(60_000)
    .default(3 * DAY_MS)
    .describe('How long counts are kept if it has to be created, in ms'),
  publishIntervalMs: z.number().int().min(100).default(10_000).describe('How often counts are published, in ms'),
});

export type AuditConfig = z.infer<typeof auditConfigSchema>;
