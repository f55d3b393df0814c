import { cassandraConfigSchema } from '@hercules/cassandra';
import { kafkaConfigSchema } from '@hercules/kafka';
import { metadataConfigSchema } from '@hercules/metadata';
import { httpConfigSchema, serviceConfigSchema } from '@hercules/service';
import { z } from 'zod';
import { replicasConfigSchema } from './replicas/config.ts';
import { tracingConfigSchema } from './tracing/config.ts';

export const streamsConfigSchema = z.object({
  connections: z.number().int().min(1).max(256).default(16).describe('Reads that may wait for records at once; others take turns'),
  maxAnswerBytes: z
    .number()
    .int()
    .min(64 * 1024)
    .default(4 * 1024 * 1024)
    .describe('An answer is closed once it holds this many bytes, whatever was asked for'),
  maxBytesInMemory: z
    .number()
    .int()
    .min(1024 * 1024)
    .default(128 * 1024 * 1024)
    .describe('Reads under way may hold this much together; further ones are answered 503'),
  maxTails: z.number().int().min(1).default(200).describe('Most clients that follow streams at once; further ones are answered 503'),
  tailBufferBytes: z
    .number()
    .int()
    .min(16 * 1024)
    .default(1024 * 1024)
    .describe('Bytes that wait for a client that follows a stream; what comes while it is full is dropped and counted'),
});

export const timelinesConfigSchema = z.object({
  keyspace: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,47}$/)
    .default('hercules')
    .describe('Keyspace of the tables of timelines'),
  timetrapCountLimit: z.number().int().min(1).default(30).describe('Most buckets of time that a read may span'),
});

export const queryApiConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(6307),
  kafka: kafkaConfigSchema.prefault({}),
  metadata: metadataConfigSchema.prefault({}),
  cassandra: cassandraConfigSchema
    .extend({ enabled: z.boolean().default(true).describe('Serve timelines and traces; without it there are streams only') })
    .prefault({}),
  streams: streamsConfigSchema.prefault({}),
  timelines: timelinesConfigSchema.prefault({}),
  tracing: tracingConfigSchema.prefault({}),
  replicas: replicasConfigSchema.prefault({}),
});

export type QueryApiConfig = z.infer<typeof queryApiConfigSchema>;
