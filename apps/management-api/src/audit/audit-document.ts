import { type AuditMinute, MINUTE_MS } from '@hercules/audit';
import { z } from 'zod';
import type { AuditAnswer, AuditQuestion } from './auditor.ts';

const gapSchema = z.object({
  kind: z.enum(['missing', 'uncounted', 'unknown', 'pending', 'late', 'duplicated', 'dead_lettered']),
  stage: z.string().describe('gateway, topic, or the consumer group of a sink'),
  events: z.number(),
  text: z.string(),
});

const sinkSchema = z.object({
  group: z.string(),
  app: z.string(),
  written: z.number().describe('Acknowledged by the store'),
  duplicated: z.number().describe('Of these, those the store had already'),
  filtered: z.number(),
  deadLettered: z.number(),
  pending: z.number(),
  unknown: z.number(),
  missing: z.number(),
});

const minuteSchema = z.object({
  minute: z.string().describe('Minute of arrival, ISO 8601'),
  isOpen: z.boolean().describe('Its counts may not all be published yet'),
  gateway: z.object({
    acknowledged: z.number(),
    unconfirmed: z.number().describe('Kafka did not acknowledge them as a whole: they may be there or not'),
    late: z.number(),
  }),
  topic: z.object({
    records: z.number(),
    isExpired: z.boolean().describe('Kafka has deleted records of this minute'),
    movedToNext: z.number().describe('Events of this minute that stand in the next one by the order of the topic'),
  }),
  sinks: z.array(sinkSchema),
  gaps: z.array(gapSchema),
});

/** Counts by the minute in which events happened; rounded to hours and days where that is long ago. */
const eventMinuteSchema = z.object({
  minute: z.string().describe('Minute of event time, ISO 8601'),
  gateway: z.number(),
  sinks: z.array(z.object({ group: z.string(), app: z.string(), written: z.number() })),
});

export const auditSchema = z.object({
  stream: z.string(),
  from: z.string(),
  to: z.string(),
  isComplete: z.boolean().describe('Nothing is missing, unknown or pending in the minutes that are over'),
  gaps: z.array(gapSchema).describe('Of all minutes together'),
  minutes: z.array(minuteSchema),
  eventMinutes: z.array(eventMinuteSchema).describe('The same by event time, as far as the counts are kept'),
});

export type AuditDocument = z.infer<typeof auditSchema>;

const INCOMPLETE = new Set(['missing', 'unknown', 'pending']);

export function auditDocument({ stream, fromMinute, toMinute }: AuditQuestion, answer: AuditAnswer): AuditDocument {
  const { minutes } = answer;
  return {
    stream,
    from: isoMinute(fromMinute),
    to: isoMinute(toMinute),
    isComplete: !minutes.some(({ isOpen, gaps }) => !isOpen && gaps.some(({ kind }) => INCOMPLETE.has(kind))),
    gaps: sumOfGaps(minutes),
    minutes: minutes.map(({ minute, isOpen, gateway, topic, sinks, gaps }) => ({
      minute: isoMinute(minute),
      isOpen,
      gateway,
      topic,
      sinks: [...sinks],
      gaps: [...gaps],
    })),
    eventMinutes: eventMinutes(fromMinute, toMinute, answer),
  };
}

function sumOfGaps(minutes: readonly AuditMinute[]): AuditDocument['gaps'] {
  const sums = new Map<string, AuditDocument['gaps'][number]>();
  for (const { kind, stage, events, text } of minutes.flatMap(({ gaps }) => gaps)) {
    const key = `${kind}\n${stage}`;
    const sum = sums.get(key);
    // The text begins with the number of one minute, which the sum replaces.
    const total = (sum?.events ?? 0) + events;
    sums.set(key, { kind, stage, events: total, text: text.replace(/^\d+/, String(total)) });
  }
  return [...sums.values()];
}

function eventMinutes(from: number, to: number, { published }: AuditAnswer): AuditDocument['eventMinutes'] {
  const rows = new Map<number, { gateway: number; sinks: Map<string, number> }>();
  const rowOf = (bucket: number): { gateway: number; sinks: Map<string, number> } | undefined => {
    if (bucket < from || bucket >= to) return undefined;
    let row = rows.get(bucket);
    if (row === undefined) rows.set(bucket, (row = { gateway: 0, sinks: new Map() }));
    return row;
  };
  for (const { events } of published.gateways)
    for (const [bucket, count] of events) {
      const row = rowOf(bucket);
      if (row !== undefined) row.gateway += count;
    }
  for (const { group, events } of published.sinks)
    for (const [bucket, count] of events) {
      const row = rowOf(bucket);
      row?.sinks.set(group, (row.sinks.get(group) ?? 0) + count);
    }
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([minute, { gateway, sinks }]) => ({
      minute: isoMinute(minute),
      gateway,
      sinks: [...published.groups].map(([group, app]) => ({ group, app, written: sinks.get(group) ?? 0 })),
    }));
}

function isoMinute(minute: number): string {
  return new Date(minute * MINUTE_MS).toISOString();
}
