import { z } from 'zod';

/** Pairs of a bucket of event time ({@link eventMinuteBucket}) and events. */
const eventsSchema = z.array(z.tuple([z.number().int(), z.number().int()]));

/** What one process has written to one stream in one minute of arrival. */
export const gatewayCountsSchema = z.object({
  app: z.string(),
  /** Acknowledged by Kafka. */
  acknowledged: z.number().int(),
  /** Kafka has not acknowledged them as a whole: they may stand in the topic or not. */
  unconfirmed: z.number().int(),
  /** Acknowledged ones by event time. */
  events: eventsSchema,
});

export type GatewayCounts = z.infer<typeof gatewayCountsSchema>;

/** What became of the records in [from, to) of one partition, all of one minute of arrival, in one consumer group. */
export const sinkCountsSchema = z.object({
  app: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  /** Acknowledged by the store. */
  written: z.number().int(),
  /** Of these, those it had already. */
  duplicated: z.number().int(),
  filtered: z.number().int(),
  dead: z.number().int(),
  /** Offsets without a record: control records, and what compaction has removed. */
  absent: z.number().int(),
  /** Written ones by event time. */
  events: eventsSchema,
});

export type SinkCounts = z.infer<typeof sinkCountsSchema>;

/** Stage, then what tells the counts of a minute from others; the minute is that of arrival, in minutes since 1970. */
const keySchema = z.union([
  z.tuple([z.literal('gateway'), z.string().describe('stream'), z.string().describe('process'), z.number().int()]),
  z.tuple([
    z.literal('sink'),
    z.string().describe('stream'),
    z.string().describe('group'),
    z.number().int().describe('partition'),
    z.number().int(),
  ]),
]);

export type AuditKey = z.infer<typeof keySchema>;

export function encodeKey(key: AuditKey): string {
  return JSON.stringify(key);
}

/** The text that stands in every key of a stream and in none of another: names of streams need no escapes. */
export function streamMark(stream: string): string {
  return `",${JSON.stringify(stream)},`;
}

/** undefined when it is no key of ours */
export function decodeKey(text: string): AuditKey | undefined {
  return parsed(keySchema, text);
}

/** undefined when they are none */
export function decodeGatewayCounts(text: string): GatewayCounts | undefined {
  return parsed(gatewayCountsSchema, text);
}

/** undefined when they are none */
export function decodeSinkCounts(text: string): SinkCounts | undefined {
  return parsed(sinkCountsSchema, text);
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
