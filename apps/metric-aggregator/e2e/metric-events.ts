import { type HerculesEvent, msToTicks, readEvent, tag, UuidV1Generator, type Value } from '@hercules/protocol';
import type { ReadRecord } from '@hercules/kafka/testing';

const uuids = new UuidV1Generator();

const tagsOf = (tags: Readonly<Record<string, string>>): Value =>
  tag.vector(
    'container',
    Object.entries(tags).map(([key, value]) => new Map(Object.entries({ key: tag.string(key), value: tag.string(value) }))),
  );

export interface Metric {
  readonly timeMs: number;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
  /** None for a flat metric. */
  readonly aggregation?: string;
  readonly parameters?: Readonly<Record<string, Value>>;
}

/** A metric event (protocol §10.3). */
export function metricEvent({ timeMs, value, tags, aggregation, parameters }: Metric): HerculesEvent {
  const payload = new Map<string, Value>([
    ['value', tag.double(value)],
    ['tags', tagsOf(tags)],
  ]);
  if (aggregation !== undefined) payload.set('aggregationType', tag.string(aggregation));
  if (parameters !== undefined) payload.set('aggregationParameters', tag.container(parameters));
  return { version: 1, timestamp: msToTicks(timeMs), uuid: uuids.next(), payload };
}

export interface Result {
  readonly uuid: string;
  readonly timeMs: number;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly count: number;
  readonly isComplete: boolean;
}

/** Reads an aggregated metric. */
export function resultOf({ value: hex }: Pick<ReadRecord, 'value'>): Result {
  const { event } = readEvent(Buffer.from(hex, 'hex'));
  const text = (value: Value | undefined): string => (value?.type === 'string' ? value.value : '');
  const [value, tags, aggregation] = ['value', 'tags', 'aggregation'].map((key) => event.payload.get(key));
  if (value?.type !== 'double' || tags?.type !== 'vector' || aggregation?.type !== 'container') throw new Error(`no result: ${hex}`);
  const pairs = tags.value.elements as ReadonlyMap<string, Value>[];
  const [count, complete] = [aggregation.value.get('count'), aggregation.value.get('complete')];
  return {
    uuid: event.uuid,
    timeMs: Number(event.timestamp / 10_000n),
    value: value.value,
    tags: Object.fromEntries(pairs.map((pair) => [text(pair.get('key')), text(pair.get('value'))])),
    count: count?.type === 'long' ? Number(count.value) : NaN,
    isComplete: complete?.type === 'flag' && complete.value,
  };
}

/** What a store would hold: of results with the same uuid the last. */
export function stored(records: readonly ReadRecord[]): Result[] {
  const sorted = [...records].sort((a, b) => a.offset - b.offset);
  return [...new Map(sorted.map((record) => [record.key, resultOf(record)])).values()];
}
