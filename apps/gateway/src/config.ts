import { auditConfigSchema } from '@hercules/audit';
import { kafkaConfigSchema, producerConfigSchema } from '@hercules/kafka';
import { metadataConfigSchema } from '@hercules/metadata';
import { httpConfigSchema, secret, serviceConfigSchema, workersSchema } from '@hercules/service';
import { z } from 'zod';
import { bulkConfigSchema } from './receivers/bulk/config.ts';
import { graphiteConfigSchema } from './receivers/graphite/config.ts';
import { otlpConfigSchema } from './receivers/otlp/config.ts';
import { prometheusConfigSchema } from './receivers/prometheus/config.ts';
import { syslogConfigSchema } from './receivers/syslog/config.ts';
import { zipkinConfigSchema } from './receivers/zipkin/config.ts';

const positive = z.number().int().min(1);

const httpReceiverSchema = httpConfigSchema(6306)
  .unwrap()
  .extend({
    rootPath: z
      .string()
      .regex(/^\/([\w.-]+(\/[\w.-]+)*)?$/, 'expected a path such as / or /hercules, without a slash at its end')
      .default('/')
      .describe('Put before the path of every endpoint'),
    maxContentLengthBytes: positive.default(8_388_608).describe('Longest body of a request, as sent; also the longest gRPC message'),
    maxOriginalLengthBytes: positive.default(104_857_600).describe('Unpacked bodies (Content-Encoding: lz4) must be shorter than this'),
    requestTimeoutMs: positive.default(60_000).describe('A client must send its whole request within this time'),
    keepAliveTimeoutMs: positive.default(65_000).describe('How long a connection may be idle between two requests'),
  });

const grpcReceiverSchema = httpConfigSchema(4317)
  .unwrap()
  .extend({
    enabled: z.boolean().default(true).describe('Serve gRPC'),
    maxUnacknowledgedBytes: positive.default(4_194_304).describe('What one SendStream call may have unacknowledged before it is held up'),
    maxUnacknowledgedMessages: positive.default(4096).describe('The same, in messages'),
    maxConcurrentCalls: positive.default(1000).describe('Calls at once on one connection'),
    streamWindowBytes: z
      .number()
      .int()
      .min(65_535)
      .default(262_144)
      .describe('HTTP/2 window of a call: what a client may send before the gateway reads it'),
    connectionWindowBytes: z.number().int().min(65_535).default(1_048_576).describe('HTTP/2 window of a connection'),
  });

const doorsSchema = z.object({
  maxUnpackedBytes: positive
    .default(33_554_432)
    .describe('Longest body of a request by another protocol (OTLP, Zipkin, _bulk, …) when unpacked'),
  anonymousApiKey: secret(z.string().min(1))
    .optional()
    .describe('API key of requests by other protocols that carry none, for clients that cannot send one'),
});

const throttlingSchema = z.object({
  capacityBytes: positive.default(100_000_000).describe('Bytes of requests under way, as sent; a larger request is always refused'),
  maxWaitingRequests: z
    .number()
    .int()
    .min(0)
    .default(500)
    .describe('Requests that may wait for capacity at once; others are refused at once'),
  waitTimeoutMs: z.number().int().min(0).default(5000).describe('Longest wait for capacity, or for room in the buffer for Kafka'),
});

const validationSchema = z.object({
  maxEventSizeBytes: positive.default(500_000).describe('Longest encoding of one event'),
  maxDepth: positive.max(1000).default(64).describe('Containers and vectors inside each other'),
});

const quotasSchema = z.object({
  gateways: positive
    .default(1)
    .describe('Gateways that share the load: each lets its part of every quota pass, because gateways do not tell each other'),
});

const partitionerSchema = z.object({
  type: z
    .enum(['kafka-default', 'random', 'round-robin', 'batched'])
    .default('kafka-default')
    .describe('How events of streams without a sharding key find their partition'),
  batchSize: positive.default(16).describe('batched: consecutive events for the same partition'),
});

const producerSchema = producerConfigSchema.extend({
  deliveryTimeoutMs: positive
    .min(1000)
    .default(10_000)
    .describe('An event that Kafka has not acknowledged after this time is answered with 503'),
  requestTimeoutMs: positive.min(500).default(5000).describe('How long the broker may wait for its replicas, in ms'),
});

export const gatewayConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  workers: workersSchema,
  http: httpReceiverSchema.prefault({}),
  grpc: grpcReceiverSchema.prefault({}),
  doors: doorsSchema.prefault({}),
  otlp: otlpConfigSchema.prefault({}),
  prometheus: prometheusConfigSchema.prefault({}),
  zipkin: zipkinConfigSchema.prefault({}),
  bulk: bulkConfigSchema.prefault({}),
  graphite: graphiteConfigSchema.prefault({}),
  syslog: syslogConfigSchema.prefault({}),
  throttling: throttlingSchema.prefault({}),
  validation: validationSchema.prefault({}),
  quotas: quotasSchema.prefault({}),
  partitioner: partitionerSchema.prefault({}),
  producer: producerSchema.prefault({}),
  kafka: kafkaConfigSchema.prefault({}),
  metadata: metadataConfigSchema.prefault({}),
  audit: auditConfigSchema.prefault({}),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
