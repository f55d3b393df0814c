import { z } from 'zod';

/** Settings of the metadata topic; every app that needs metadata has them under `metadata`. */
export const metadataConfigSchema = z.object({
  topic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,249}$/, 'expected a name of a Kafka topic')
    .default('hercules_meta')
    .describe('Compacted topic that holds streams, timelines and rules'),
  replicationFactor: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('Replication factor if the topic has to be created; 3 or more in production'),
});

export type MetadataConfig = z.infer<typeof metadataConfigSchema>;

/** Kafka settings of the metadata topic (model §7.1): compacted, tombstones kept for a day so that a slow reader sees them. */
export function metadataTopicConfigs(replicationFactor: number): Record<string, string> {
  return {
    'cleanup.policy': 'compact',
    'delete.retention.ms': String(24 * 60 * 60 * 1000),
    'min.insync.replicas': String(Math.min(2, Math.max(1, replicationFactor - 1))),
  };
}
