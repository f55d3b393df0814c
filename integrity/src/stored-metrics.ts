import { readEvent, type Value } from '@hercules/protocol';
import type { TopicRecord } from '@hercules/testing';
import { textOf } from './counted-events.ts';

/** A percentile may differ from the true one by this part of it. */
const ACCURACY = 0.01;

/** What a metric is about, as a text. */
export function metricKey(name: string, tags: Readonly<Record<string, string>>, timeMs: number): string {
  const pairs = Object.entries(tags).filter(([, text]) => text !== '');
  return `${[name, ...pairs.map(([key, text]) => `${key}=${text}`).sort()].join(' ')} @${timeMs}`;
}

/** A result as the stores would keep it. */
export interface StoredMetric {
  readonly key: string;
  readonly value: number;
}

/** The last metric of each event id in a stream: what is left of it in every store. */
export function storedMetrics(records: readonly TopicRecord[]): Map<string, StoredMetric> {
  return new Map(
    records.map(({ value: bytes }) => {
      const { event } = readEvent(bytes);
      const { _name: name = '', ...tags } = tagsOf(event.payload.get('tags'));
      const value = event.payload.get('value')?.value as number;
      return [`${event.timestamp} ${event.uuid}`, { key: metricKey(name, tags, Number(event.timestamp / 10_000n)), value }];
    }),
  );
}

/** @returns what is not as expected, in words; two ids for the same result are an error of their own */
export function metricDifferences(expected: ReadonlyMap<string, number>, stored: ReadonlyMap<string, StoredMetric>): string[] {
  const values = new Map<string, number>();
  const differences: string[] = [];
  for (const { key, value } of stored.values()) {
    if (values.has(key)) differences.push(`${key}: is there with two ids`);
    values.set(key, value);
    if (!expected.has(key)) differences.push(`${key}: expected none, got ${value}`);
  }
  for (const [key, value] of expected) {
    const found = values.get(key);
    if (found === undefined) differences.push(`${key}: expected ${value}, got none`);
    else if (!isEqual(key, value, found)) differences.push(`${key}: expected ${value}, got ${found}`);
  }
  return differences;
}

function isEqual(key: string, expected: number, found: number): boolean {
  return key.includes('quantile=') ? Math.abs(found - expected) <= expected * ACCURACY * 1.0001 : found === expected;
}

/** The tags of a metric event, by their keys. */
export function tagsOf(tags: Value | undefined): Record<string, string> {
  if (tags?.type !== 'vector') return {};
  const pairs = tags.value.elements as readonly ReadonlyMap<string, Value>[];
  return Object.fromEntries(pairs.map((pair) => [textOf(pair.get('key')), textOf(pair.get('value'))]));
}
