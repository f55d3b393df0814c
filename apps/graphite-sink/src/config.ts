import { auditConfigSchema } from '@hercules/audit';
import { kafkaConfigSchema } from '@hercules/kafka';
import { replayConfigSchema } from '@hercules/replay';
import { httpConfigSchema, serviceConfigSchema } from '@hercules/service';
import { sinkConfigSchema } from '@hercules/sink';
import { z } from 'zod';

const endpointSchema = z.string().regex(/^[^\s:,]+(:\d{1,5})?$/, 'expected host or host:port');

const metricFilterSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('acl'),
    path: z.string().default('metrics.acl'),
    defaultStatement: z.enum(['PERMIT', 'DENY']).default('DENY'),
  }),
  z.object({ type: z.literal('tagList'), path: z.string().default('filter-list.tfl'), matchResult: z.boolean().default(false) }),
]);

export type MetricFilterConfig = z.infer<typeof metricFilterSchema>;

const endpointsShape = {
  connectionLimitPerEndpoint: z.number().int().min(1).max(64).default(3).describe('Connections to each endpoint that are kept ready'),
  connectionTtlMs: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('A ready connection is not used any more after this long, in ms; 0: no limit'),
  socketTimeoutMs: z.number().int().min(10).default(2000).describe('Longest wait for a connection, in ms'),
  frozenTimeMs: z
    .number()
    .int()
    .min(0)
    .default(30_000)
    .describe('An endpoint that could not be reached is passed over for so long, in ms, while there are others; 0: never'),
  resendWindowMs: z
    .number()
    .int()
    .min(0)
    .default(5000)
    .describe(
      'What an endpoint took so long before it went away is sent once more when it is back, in ms: Graphite loses what it has not written down',
    ),
  resendBytes: z
    .number()
    .int()
    .min(0)
    .default(16 * 1024 * 1024)
    .describe('Most bytes that are kept in memory for that'),
};

export const graphiteConfigSchema = z.object({
  protocol: z
    .enum(['plaintext', 'pickle'])
    .default('plaintext')
    .describe('Lines, or carbon’s pickled lists: a third of the work for carbon'),
  tags: z.boolean().default(false).describe('Tagged names (name;key=value); otherwise the values of all tags joined by dots'),
  replaceDots: z.boolean().default(true).describe('Replace dots inside of tags by underscores'),
  requestTimeoutMs: z.number().int().min(100).default(10_000).describe('Longest time for one batch, in ms'),
  retryLimit: z.number().int().min(1).default(3).describe('Attempts for a batch, each over a fresh connection, before the loop backs off'),
  confirmation: z
    .enum(['close', 'written'])
    .default('close')
    .describe(
      'When a batch is done: when Graphite has read it and closed its connection; or when its bytes are written, over connections that stay',
    ),
  local: z
    .object({
      endpoints: z
        .array(endpointSchema)
        .default(['127.0.0.1:2003'])
        .describe('Graphite endpoints, host[:port]; each batch goes to one, in turn'),
      ...endpointsShape,
    })
    .prefault({}),
  remote: z
    .object({
      endpoints: z.array(endpointSchema).default([]).describe('Endpoints for when no local one can be reached'),
      ...endpointsShape,
    })
    .prefault({}),
});

export const graphiteSinkConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(6512),
  kafka: kafkaConfigSchema.prefault({}),
  audit: auditConfigSchema.prefault({}),
  sink: sinkConfigSchema.extend({ patterns: sinkConfigSchema.shape.patterns.default(['metrics_*']) }).prefault({}),
  graphite: graphiteConfigSchema.prefault({}),
  replays: replayConfigSchema.prefault({}),
  metricFilters: z
    .array(metricFilterSchema)
    .default([])
    .describe('Filters by files of rules: acl on the values of plain names, tagList on tags; a metric must pass all of them'),
});

export type GraphiteSinkConfig = z.infer<typeof graphiteSinkConfigSchema>;
