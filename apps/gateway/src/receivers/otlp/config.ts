import { httpConfigSchema } from '@hercules/service';
import { z } from 'zod';

const positive = z.number().int().min(1);
const stream = z.string().min(1);

const otlpHttpSchema = httpConfigSchema(4318)
  .unwrap()
  .omit({ tls: true })
  .extend({ enabled: z.boolean().default(false).describe('Serve OTLP over HTTP on a port of its own too, with the TLS of the HTTP port') });

export const otlpConfigSchema = z.object({
  enabled: z
    .boolean()
    .default(true)
    .describe('Take OTLP: gRPC on the port of gRPC, HTTP on the HTTP port (/v1/logs, /v1/traces, /v1/metrics)'),
  http: otlpHttpSchema.prefault({}),
  logsStream: stream.default('logs_otlp').describe('Stream for log records'),
  tracesStream: stream.default('traces_otlp').describe('Stream for spans'),
  metricsStream: stream.default('metrics_otlp').describe('Stream for metrics'),
  streamAttribute: z
    .string()
    .default('hercules.stream')
    .describe('Resource attribute that names another stream, which the key must be allowed to write to; empty: none does'),
  maxEventsBytes: positive
    .default(67_108_864)
    .describe('Longest encoding of all events of a request: attributes of a resource are sent once, and are part of each event'),
  maxHistogramBuckets: positive
    .min(4)
    .max(1000)
    .default(160)
    .describe('Buckets of an exponential histogram that make events; those of a finer one are joined until they fit'),
});

export type OtlpConfig = z.infer<typeof otlpConfigSchema>;
