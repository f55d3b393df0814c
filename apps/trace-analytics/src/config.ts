import { kafkaConfigSchema } from '@hercules/kafka';
import { httpConfigSchema, serviceConfigSchema } from '@hercules/service';
import {
  aggregationInputSchema,
  partialsTopicSchema,
  processorConfigSchema,
  processorProducerSchema,
  windowConfigSchema,
} from '@hercules/streaming';
import { z } from 'zod';

const count = (least: number) => z.number().int().min(least);
const streamName = z.string().regex(/^[a-z0-9_]{1,48}$/);

export const replicasConfigSchema = z.object({
  topic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .default('hercules_replicas')
    .describe('Compacted topic of the weights of replicas, one record a service; made when it is missing'),
  replicationFactor: count(1).default(1).describe('Replication factor of that topic when it is made'),
  publishIntervalMs: count(100).default(1000).describe('How often weights are published, in ms'),
  memoryMs: count(500).default(8000).describe('What a replica did so long ago counts a third of what it does now, in ms'),
  expiryMs: count(1000).default(60_000).describe('A replica that served nothing for so long is left out, in ms'),
});

export const dependenciesConfigSchema = z.object({
  topic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .default('hercules_dependencies')
    .describe('Topic of who called whom in each of the longest windows, for query-api; made when it is missing'),
  replicationFactor: count(1).default(1).describe('Replication factor of that topic when it is made'),
  retentionMs: count(60_000).default(604_800_000).describe('Retention of that topic when it is made, in ms'),
});

export const traceAnalyticsConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(6515),
  kafka: kafkaConfigSchema.prefault({}),
  producer: processorProducerSchema.prefault({}),
  processor: processorConfigSchema.prefault({}),
  windows: windowConfigSchema.prefault({}),
  input: aggregationInputSchema('trace-analytics', ['traces_*']).prefault({}),
  partials: partialsTopicSchema('hercules_partials_traces').prefault({}),
  output: z
    .object({ stream: streamName.default('metrics_traces').describe('Stream that takes the metrics of requests; it must be there') })
    .prefault({}),
  periodsMs: z
    .array(count(100))
    .min(1)
    .refine((periods) => periods.every((period, i) => i === 0 || (period > periods[i - 1]! && period % periods[i - 1]! === 0)), {
      error: 'expected ascending lengths, each a multiple of the one before',
    })
    .default([1000, 10_000])
    .describe(
      'Lengths of the windows of request metrics, in ms, ascending; each a multiple of the one before, of whose windows it is made',
    ),
  quantiles: z.array(z.number().min(0).max(1)).min(1).default([0.5, 0.95, 0.99]).describe('Quantiles of durations'),
  requestKinds: z
    .array(z.string())
    .default(['http-request-server', 'consumer'])
    .describe('Kinds of spans that are requests which a replica serves'),
  clientKinds: z
    .array(z.string())
    .default(['http-request-client', 'producer'])
    .describe('Kinds of spans that are calls of another service'),
  replicaTags: z
    .array(z.string())
    .min(1)
    .default(['service.instance.id', 'instance', 'host'])
    .describe('Annotations that tell the replicas of a service apart; the first that a span has counts'),
  maxSeries: count(10)
    .default(2000)
    .describe('Most series of request metrics for each input partition; further ones are counted as operation _other of their application'),
  seriesExpiryMs: count(1000).default(600_000).describe('A series that had no span for so long makes room for others, in ms'),
  traceWindowMs: count(100)
    .default(10_000)
    .describe('How long the spans of a trace are collected, from the first one on, before its critical path is told, in ms of event time'),
  maxHeldSpans: count(100)
    .default(100_000)
    .describe('Most spans that are held for that in each input partition; beyond that the oldest traces are told early'),
  replicas: replicasConfigSchema.prefault({}),
  dependencies: dependenciesConfigSchema.prefault({}),
});

export type TraceAnalyticsConfig = z.infer<typeof traceAnalyticsConfigSchema>;
