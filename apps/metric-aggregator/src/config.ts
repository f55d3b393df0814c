import { kafkaConfigSchema, producerConfigSchema } from '@hercules/kafka';
import { httpConfigSchema, serviceConfigSchema } from '@hercules/service';
import { aggregationInputSchema, partialsTopicSchema, processorConfigSchema, windowConfigSchema } from '@hercules/streaming';
import { z } from 'zod';

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
  input: aggregationInputSchema('metric-aggregator', ['metrics_*']).prefault({}),
  partials: partialsTopicSchema('hercules_partials_metrics').prefault({}),
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
