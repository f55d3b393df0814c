import { z } from 'zod';

const positive = z.number().int().min(1);

const indexRuleSchema = z.object({
  pattern: z.string().min(1).describe('Names of indices; * is any run of characters'),
  stream: z.string().min(1).describe('Stream for their documents'),
  properties: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe('Texts that every event gets, by their path, e.g. properties/team'),
  indexPath: z.string().min(1).optional().describe('Where an event keeps the name of its index'),
  numericTime: z
    .enum(['seconds', 'milliseconds'])
    .default('milliseconds')
    .describe('What a number in @timestamp counts since 1970; texts are ISO 8601'),
  mappingFile: z.string().min(1).optional().describe('How documents become events'),
});

export type IndexRuleConfig = z.infer<typeof indexRuleSchema>;

export const bulkConfigSchema = z.object({
  enabled: z
    .boolean()
    .default(false)
    .describe('Take documents as Elasticsearch does (_bulk and _doc) on the HTTP port, and say there, at /, that this is one'),
  indices: z
    .array(indexRuleSchema)
    .default([{ pattern: '*', stream: 'logs_elastic', properties: {}, numericTime: 'milliseconds' }])
    .describe('Which documents are taken and where they go: the first rule whose pattern names the index'),
  maxEventsBytes: positive.default(67_108_864).describe('Longest encoding of all events of a request'),
  maxAgeDays: positive.default(365).describe('Documents with an older @timestamp are refused'),
  maxAheadDays: positive.default(30).describe('Documents with a @timestamp further ahead are refused'),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'expected a version such as 8.19.0')
    .default('8.19.0')
    .describe('Version of Elasticsearch that clients are told'),
});

export type BulkConfig = z.infer<typeof bulkConfigSchema>;
