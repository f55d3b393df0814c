import { z } from 'zod';

/** Settings of the batching producer. */
export const producerConfigSchema = z.object({
  lingerMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(2)
    .describe('How long a record batch waits for more records while none is under way, in ms'),
  batchBytes: z.number().int().min(1024).max(16_777_216).default(262_144).describe('Largest record batch before compression, in bytes'),
  maxBufferedBytes: z.number().int().min(1_048_576).default(67_108_864).describe('Most bytes of records that Kafka has not acknowledged'),
  compression: z.enum(['none', 'lz4', 'zstd']).default('none').describe('Compression of record batches'),
  deliveryTimeoutMs: z
    .number()
    .int()
    .min(1000)
    .default(30_000)
    .describe('After so long without an acknowledgement records count as failed, in ms'),
  requestTimeoutMs: z.number().int().min(500).default(10_000).describe('How long the broker may wait for its replicas, in ms'),
  retryBackoffMs: z
    .number()
    .int()
    .min(1)
    .default(50)
    .describe('First wait before a record batch is sent again, in ms; doubles up to 16 times'),
  idempotent: z.boolean().default(true).describe('Let the broker drop repetitions, so that a retry makes no duplicate'),
});

export type ProducerSettings = z.infer<typeof producerConfigSchema> & { acks: -1 };
export type ProducerOptions = Partial<z.infer<typeof producerConfigSchema>>;

/** @returns the options with defaults; acks is always "all in-sync replicas" */
export function producerSettings(options: ProducerOptions): ProducerSettings {
  return { ...producerConfigSchema.parse(options), acks: -1 };
}

/** Plain numbers that the producer raises; /metrics reads them. */
export interface ProducerStats {
  records: number;
  bytes: number;
  batches: number;
  requests: number;
  failedRequests: number;
  retries: number;
  acknowledgedRecords: number;
  failedRecords: number;
}

export function newProducerStats(): ProducerStats {
  return { records: 0, bytes: 0, batches: 0, requests: 0, failedRequests: 0, retries: 0, acknowledgedRecords: 0, failedRecords: 0 };
}
