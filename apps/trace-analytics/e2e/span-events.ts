import { randomBytes } from 'node:crypto';
import type { ReadRecord } from '@hercules/kafka/testing';
import { type HerculesEvent, msToTicks, readEvent, tag, uuidFromBytes, UuidV1Generator, type Value } from '@hercules/protocol';

const uuids = new UuidV1Generator();

export const newId = (): string => uuidFromBytes(randomBytes(16));

export interface SpanOf {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parent?: string;
  readonly endMs: number;
  readonly durationMs: number;
  readonly application: string;
  readonly operation?: string;
  readonly kind?: string;
  readonly host?: string;
  readonly status?: string;
  readonly callee?: string;
}

/** A span event (protocol §10.4). */
export function spanEvent({
  traceId = newId(),
  spanId = newId(),
  parent,
  endMs,
  durationMs,
  callee,
  ...annotations
}: SpanOf): HerculesEvent {
  const texts = {
    operation: 'GET /',
    kind: 'http-request-server',
    status: 'success',
    ...annotations,
    ...(callee ? { 'http.client.name': callee } : {}),
  };
  const tags: Record<string, Value> = {
    traceId: tag.uuid(traceId),
    spanId: tag.uuid(spanId),
    ...(parent === undefined ? {} : { parentSpanId: tag.uuid(parent) }),
    beginTimestampUtc: tag.long(msToTicks(endMs - durationMs)),
    endTimestampUtc: tag.long(msToTicks(endMs)),
    annotations: tag.container(Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, tag.string(text)]))),
  };
  return { version: 1, timestamp: msToTicks(endMs), uuid: uuids.next(), payload: new Map(Object.entries(tags)) };
}

export interface RequestMetric {
  readonly name: string;
  readonly timeMs: number;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly isComplete: boolean;
  readonly lateShare: number;
}

/** What a store would hold of the metrics of requests: of those with the same uuid the last. */
export function storedMetrics(records: readonly ReadRecord[]): RequestMetric[] {
  const sorted = [...records].sort((a, b) => a.offset - b.offset);
  return [...new Map(sorted.map((record) => [record.key, metricOf(record)])).values()];
}

function metricOf({ value: hex }: ReadRecord): RequestMetric {
  const { event } = readEvent(Buffer.from(hex, 'hex'));
  const [value, tags, analytics] = ['value', 'tags', 'analytics'].map((key) => event.payload.get(key));
  if (value?.type !== 'double' || tags?.type !== 'vector') throw new Error(`no metric: ${hex}`);
  const text = (found: Value | undefined): string => (found?.type === 'string' ? found.value : '');
  const pairs = tags.value.elements as readonly ReadonlyMap<string, Value>[];
  const { _name: name = '', ...rest } = Object.fromEntries(pairs.map((pair) => [text(pair.get('key')), text(pair.get('value'))]));
  const details = analytics?.type === 'container' ? analytics.value : new Map<string, Value>();
  return {
    name,
    timeMs: Number(event.timestamp / 10_000n),
    value: value.value,
    tags: rest,
    isComplete: details.get('complete')?.value === true,
    lateShare: Number(details.get('lateShare')?.value ?? 0),
  };
}
