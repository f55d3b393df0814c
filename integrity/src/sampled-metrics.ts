import type { EventWriter } from '@hercules/protocol';
import { DisorderedEvents, type RepeatableEvent } from './disordered-events.ts';

/** Every function of metric-aggregator, and two series for each. */
const FUNCTIONS = ['max', 'min', 'avg', 'sum', 'count', 'last', 'percentiles'];
const SERIES = FUNCTIONS.flatMap((name) => [`${name}.one`, `${name}.other`]);
const EVENTS_PER_BATCH = 2 * SERIES.length;
/** Spreads the events of a batch over event time, in ms. */
const SPREAD_MS = 10;

export const BUCKET_MS = 10_000;

/** Metric events that are to be aggregated in buckets of 10 s, each by the function that its name begins with. */
export function sampledMetrics(startMs: number): DisorderedEvents {
  let number = 0;
  return new DisorderedEvents(startMs, (timeMs) =>
    Array.from({ length: EVENTS_PER_BATCH }, (_, i) => sampledMetric(timeMs - i * SPREAD_MS, SERIES[i % SERIES.length]!, number++)),
  );
}

/** Values are multiples of a quarter, so that sums are the same in any order. */
export function sampledMetric(timeMs: number, name: string, number: number): RepeatableEvent {
  const value = ((number * 7919) % 1000) / 4 + 1;
  return {
    timeMs,
    writeTags(writer) {
      writer.double('value', value);
      writeNameTag(writer, name);
      writer.string('aggregationType', name.slice(0, name.indexOf('.')));
      writer.beginContainer('aggregationParameters');
      writer.string('period', `${BUCKET_MS}ms`);
      writer.endContainer();
    },
  };
}

function writeNameTag(writer: EventWriter, name: string): void {
  writer.beginVector('tags', 'container');
  writer.beginContainer(null);
  writer.string('key', '_name');
  writer.string('value', name);
  writer.endContainer();
  writer.endVector();
}
