import { auditConfigSchema } from '@hercules/audit';
import { cassandraConfigSchema, keyspaceConfigSchema } from '@hercules/cassandra';
import { kafkaConfigSchema } from '@hercules/kafka';
import { metadataConfigSchema } from '@hercules/metadata';
import { replayConfigSchema } from '@hercules/replay';
import { httpConfigSchema, serviceConfigSchema } from '@hercules/service';
import { sinkConfigSchema } from '@hercules/sink';
import { z } from 'zod';

const keyspaceName = z.string().regex(/^[a-z][a-z0-9_]{0,47}$/, 'expected a–z, 0–9 and _, at most 48 characters, the first a letter');

export const tracingConfigSchema = z.object({
  enabled: z.boolean().default(true).describe('Store spans'),
  keyspace: keyspaceName.default('hercules_tracing').describe('Keyspace of the tables of spans'),
  ttlSeconds: z.number().int().min(60).default(259_200).describe('How long new tables keep spans, in seconds'),
  compactionWindowMinutes: z
    .number()
    .int()
    .min(1)
    .default(90)
    .describe('Rows of so many minutes are compacted together in new tables, so that expired files go as a whole'),
  gcGraceSeconds: z.number().int().min(0).default(10_800).describe('How long new tables keep tombstones, in seconds'),
  knownNames: z.number().int().min(100).default(50_000).describe('Names of services and operations that are remembered as written'),
  namesRefreshMs: z
    .number()
    .int()
    .min(1000)
    .default(3_600_000)
    .describe('A name that is still seen is written again after this long, in ms; well below the time to live'),
});

export const timelinesConfigSchema = z.object({
  enabled: z.boolean().default(true).describe('Look after timelines: make their tables and fill them'),
  keyspace: keyspaceName.default('hercules').describe('Keyspace of the tables of timelines'),
  names: z.array(z.string()).default([]).describe('Timelines that this instance looks after; all when empty'),
});

export const writerConfigSchema = z.object({
  batchBytes: z
    .number()
    .int()
    .min(256)
    .default(5120)
    .describe('Most bytes of an unlogged batch; a larger row goes alone. Cassandra warns above batch_size_warn_threshold (5 KiB)'),
  batchRows: z.number().int().min(1).max(1000).default(100).describe('Most rows of an unlogged batch'),
  maxInFlight: z.number().int().min(1).max(4096).default(256).describe('Most batches under way at once'),
});

const { patterns, maxConcurrentWrites, maxBufferedBytes } = sinkConfigSchema.shape;

/** Less at once than other sinks: a write is many batches under way already. */
const sinkSchema = sinkConfigSchema.extend({
  patterns: patterns.default(['traces_*']),
  maxConcurrentWrites: maxConcurrentWrites.removeDefault().default(2).describe(maxConcurrentWrites.description!),
  maxBufferedBytes: maxBufferedBytes
    .removeDefault()
    .default(16 * 1024 * 1024)
    .describe(maxBufferedBytes.description!),
});

export const cassandraSinkConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(6510),
  kafka: kafkaConfigSchema.prefault({}),
  audit: auditConfigSchema.prefault({}),
  sink: sinkSchema.prefault({}),
  cassandra: cassandraConfigSchema.prefault({}),
  schema: keyspaceConfigSchema.prefault({}),
  writer: writerConfigSchema.prefault({}),
  metadata: metadataConfigSchema.prefault({}),
  tracing: tracingConfigSchema.prefault({}),
  timelines: timelinesConfigSchema.prefault({}),
  replays: replayConfigSchema.prefault({}),
});

export type CassandraSinkConfig = z.infer<typeof cassandraSinkConfigSchema>;
