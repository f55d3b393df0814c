import { kafkaConfigSchema, producerConfigSchema } from '@hercules/kafka';
import { httpConfigSchema, serviceConfigSchema } from '@hercules/service';
import { processorConfigSchema, windowConfigSchema } from '@hercules/streaming';
import { z } from 'zod';

const patternList = z.array(z.string().regex(/^[a-z0-9_*?]+$/, 'expected a stream pattern of a–z, 0–9, _, * and ?'));

/** A rule that aggregates flat metrics by their names (sinks §9). */
export const ruleSchema = z.object({
  rule_name: z.string().min(1),
  description: z.string().optional(),
  pattern: z.string().min(1),
  enrichment: z.record(z.string(), z.string()),
});

export type RuleConfig = z.infer<typeof ruleSchema>;

export const metricAggregatorConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(6514),
  kafka: kafkaConfigSchema.prefault({}),
  producer: producerConfigSchema.prefault({}),
  processor: processorConfigSchema.prefault({}),
  windows: windowConfigSchema.prefault({}),
  input: z
    .object({
      patterns: patternList
        .min(1)
        .default(['metrics_*'])
        .describe('Patterns of the streams that are read: * is any run of characters, ? exactly one'),
      exclusions: patternList
        .default([])
        .describe('Patterns of streams that are left out although they match; the output is always left out'),
      groupId: z.string().min(1).optional().describe('Consumer group; by default hercules.metric-aggregator.<patterns joined by commas>'),
    })
    .prefault({}),
  partials: z
    .object({
      topic: z
        .string()
        .regex(/^[a-zA-Z0-9._-]{1,200}$/, 'expected the name of a topic')
        .default('hercules_partials_metrics')
        .describe('Topic of partial results by input partition; made when it is missing'),
      partitions: z
        .number()
        .int()
        .min(1)
        .max(99)
        .default(4)
        .describe('Partitions of that topic when it is made: most instances that can merge'),
      replicationFactor: z.number().int().min(1).default(1).describe('Replication factor of that topic when it is made'),
      retentionMs: z
        .number()
        .int()
        .min(60_000)
        .default(86_400_000)
        .describe('Retention of that topic when it is made, in ms; longer than anything may stand still'),
    })
    .prefault({}),
  output: z
    .object({
      stream: z
        .string()
        .regex(/^[a-z0-9_]{1,48}$/)
        .default('metrics_aggregated')
        .describe('Stream that takes the aggregated metrics; it must be there'),
    })
    .prefault({}),
  defaultPeriodMs: z.number().int().min(100).default(60_000).describe('Length of a bucket of metrics that name none, in ms'),
  maxPeriodMs: z
    .number()
    .int()
    .min(1000)
    .default(3_600_000)
    .describe('Longest bucket that is taken, in ms; so much of the input is read again after a restart'),
  quantiles: z
    .array(z.number().min(0).max(1))
    .min(1)
    .default([0.5, 0.95, 0.99])
    .describe('Quantiles of aggregationType percentiles for metrics that name none'),
  rulesFile: z.string().optional().describe('JSON file of rules that aggregate flat metrics by their names'),
});

export type MetricAggregatorConfig = z.infer<typeof metricAggregatorConfigSchema>;
