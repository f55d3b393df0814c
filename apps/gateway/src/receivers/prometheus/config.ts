import { z } from 'zod';

const positive = z.number().int().min(1);

export const prometheusConfigSchema = z.object({
  enabled: z.boolean().default(true).describe('Take Prometheus remote write, versions 1 and 2, on the HTTP port'),
  stream: z.string().min(1).default('metrics_prometheus').describe('Stream for the samples'),
  maxEventsBytes: positive
    .default(33_554_432)
    .describe('Longest encoding of all events of a request: a series with many samples is short as sent, and long as events'),
  maxHistogramBuckets: positive
    .min(8)
    .max(1000)
    .default(160)
    .describe('Populated buckets of a native histogram; those of a finer one are joined until they fit'),
});

export type PrometheusConfig = z.infer<typeof prometheusConfigSchema>;
