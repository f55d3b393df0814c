import { BatchChecker, type Container, type HerculesEvent, readBatch } from '@hercules/protocol';
import type { KnownKey } from '../../stream-access.ts';
import { EventBudget } from '../door/event-budget.ts';
import { EventCollector } from '../door/event-collector.ts';
import { RequestIds } from '../door/request-ids.ts';
import type { MessageType } from './message-type.ts';
import { MetricEvents } from './metric-events.ts';
import { WriteRequest } from './write-request.ts';

const key = { stream: (name: string) => ({ route: { topic: name } }) } as unknown as KnownKey;

export interface ReadRequest {
  readonly message: WriteRequest;
  readonly events: readonly HerculesEvent[];
}

/** Reads a message as the door does. */
export function readRequest(
  type: MessageType,
  body: Buffer,
  { maxEventSizeBytes = 500_000, maxHistogramBuckets = 160, maxEventsBytes = 1e7 } = {},
): ReadRequest {
  const collector = new EventCollector(key, { maxEventSizeBytes });
  const events = new MetricEvents(collector, 'metrics', new RequestIds(body), new EventBudget(maxEventsBytes, () => undefined));
  const message = new WriteRequest(type, body, events, { maxEventSizeBytes, maxHistogramBuckets });
  message.read();
  const [batch] = collector.batches();
  if (batch === undefined) return { message, events: [] };
  new BatchChecker({ maxEventSize: maxEventSizeBytes }).check(batch.batch);
  return { message, events: readBatch(batch.batch) };
}

/** What matters of an event: its value, its time in ms and its tags in order. */
export interface ReadMetric {
  readonly value: number | undefined;
  readonly timestampMs: number;
  readonly tags: readonly (readonly [key: string, value: string])[];
}

export function metricOf({ timestamp, payload }: HerculesEvent): ReadMetric {
  const value = payload.get('value');
  const tags = payload.get('tags');
  const elements = tags?.type === 'vector' ? (tags.value.elements as readonly Container[]) : [];
  return {
    value: value?.type === 'double' ? value.value : undefined,
    timestampMs: Number(timestamp / 10_000n),
    tags: elements.map((pair) => [pair.get('key')!.value as string, pair.get('value')!.value as string]),
  };
}

/** Of a metric with one name: its suffix and bound (`_bucket 0.5`), and its value. */
export function histogramLine({ value, tags }: ReadMetric, name: string): string {
  const full = tags.find(([tag]) => tag === '_name')![1];
  const bound = tags.find(([tag]) => tag === 'le')?.[1];
  return `${full.slice(name.length)}${bound === undefined ? '' : ` ${bound}`} = ${value}`;
}
