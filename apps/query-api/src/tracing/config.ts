import { z } from 'zod';

export const tracingConfigSchema = z.object({
  keyspace: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,47}$/)
    .default('hercules_tracing')
    .describe('Keyspace of the tables of spans'),
  requireApiKey: z
    .boolean()
    .default(true)
    .describe('Ask for an API key with the read right on the stream of spans; the original asks for none'),
  stream: z
    .string()
    .regex(/^[a-z0-9_]{1,48}$/)
    .default('traces_demo')
    .describe('Stream of spans: who may read it may read traces'),
  dependenciesTopic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .default('hercules_dependencies')
    .describe('Topic in which trace-analytics counts who called whom; without it dependencies are made of stored traces'),
  maxSpansPerTrace: z.number().int().min(1).default(50_000).describe('Most spans of a trace in an answer of the Zipkin API'),
  maxTraces: z.number().int().min(1).default(1000).describe('Most traces in an answer of the Zipkin API'),
  maxScannedRows: z.number().int().min(100).default(100_000).describe('Most rows of the index that one search may look at'),
});

export type TracingConfig = z.infer<typeof tracingConfigSchema>;
