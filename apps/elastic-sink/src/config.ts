import { auditConfigSchema } from '@hercules/audit';
import { kafkaConfigSchema } from '@hercules/kafka';
import { replayConfigSchema } from '@hercules/replay';
import { httpConfigSchema, secret, serviceConfigSchema } from '@hercules/service';
import { sinkConfigSchema } from '@hercules/sink';
import { z } from 'zod';

const DEFAULT_RESOLVERS = [
  { type: 'tags' as const, tags: ['properties/elk-index'] },
  { type: 'tags' as const, tags: ['properties/project', 'properties/environment?', 'properties/subproject?'] },
  { type: 'stream' as const },
];

const resolverSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tags'), tags: z.array(z.string().min(1)).min(1) }),
  z.object({ type: z.literal('static'), name: z.string() }),
  z.object({ type: z.literal('matching'), file: z.string().default('indices.json') }),
  z.object({ type: z.literal('stream') }),
]);

export const elasticsearchConfigSchema = z.object({
  nodes: z.array(z.url()).min(1).default(['http://127.0.0.1:9200']).describe('Base URLs of the Elasticsearch nodes'),
  username: z.string().optional().describe('User of HTTP basic authentication'),
  password: secret(z.string()).optional().describe('Its password'),
  apiKey: secret(z.string()).optional().describe('Elasticsearch API key, instead of user and password'),
  caFile: z.string().optional().describe('PEM file of the certificate authority, for https nodes'),
  requestTimeoutMs: z.number().int().min(100).default(30_000).describe('Longest wait for an answer, in ms; then the write is repeated'),
  compression: z.boolean().default(false).describe('gzip request bodies: less network, more CPU'),
});

export const indexConfigSchema = z.object({
  prefix: z
    .string()
    .regex(/^([a-z0-9][a-z0-9._-]*)?$/, 'expected lower-case letters, digits, ".", "_", "-", the first a letter or digit, or nothing')
    .default('hercules-logs-')
    .describe("Put before every index name; empty gives the original's names"),
  policy: z
    .enum(['DAILY', 'STATIC', 'ILM'])
    .default('DAILY')
    .describe('DAILY adds -yyyy.MM.dd (UTC) of the event; STATIC and ILM add nothing'),
  resolvers: z.array(resolverSchema).min(1).default(DEFAULT_RESOLVERS).describe('The first resolver with a result names the index'),
  create: z.boolean().default(false).describe('Create a missing index (needed where Elasticsearch may not create indexes itself)'),
  documentType: z.boolean().default(false).describe('Send "_type":"_doc", for Elasticsearch 7 and older'),
});

export const templateConfigSchema = z.object({
  install: z.boolean().default(true).describe('Install the index template before the first write'),
  shards: z.number().int().min(1).default(1).describe('Primary shards of a new index'),
  replicas: z.number().int().min(0).default(0).describe('Replicas of a new index'),
  totalFieldsLimit: z
    .number()
    .int()
    .min(50)
    .default(1000)
    .describe('Most mapped fields of an index; fields beyond it are stored, not indexed'),
  refreshIntervalMs: z.number().int().min(100).default(1000).describe('How soon a document can be found, in ms'),
});

export const elasticSinkConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(6501),
  kafka: kafkaConfigSchema.prefault({}),
  audit: auditConfigSchema.prefault({}),
  sink: sinkConfigSchema.extend({ patterns: sinkConfigSchema.shape.patterns.default(['logs_*']) }).prefault({}),
  elasticsearch: elasticsearchConfigSchema.prefault({}),
  index: indexConfigSchema.prefault({}),
  template: templateConfigSchema.prefault({}),
  replays: replayConfigSchema.prefault({}),
  mapping: z
    .string()
    .default('log-event')
    .describe('How events become documents: log-event, annotation-event, or the path of a mapping file'),
  timestampField: z.string().min(1).default('@timestamp').describe("Field that takes the event's time"),
  ignoreUnknownTags: z.boolean().default(false).describe('Leave out tags that the mapping does not name'),
  filterLogEvents: z.boolean().default(false).describe('Drop events that name no project and no elk-index, as the original can'),
  retryOnUnknownErrors: z.boolean().default(false).describe('Write a document with an error of unknown type again instead of giving it up'),
  redefinedExceptions: z.array(z.string()).default([]).describe('Error types that are given up at once although they could be retried'),
});

export type ElasticSinkConfig = z.infer<typeof elasticSinkConfigSchema>;
