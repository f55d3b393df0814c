import type { TopicRecord } from '@hercules/testing';
import { countedEvents, quantileOf, windowOf } from './counted-events.ts';
import { BUCKET_MS } from './sampled-metrics.ts';
import { metricKey, tagsOf } from './stored-metrics.ts';

const QUANTILES = [0.5, 0.95, 0.99];

interface Sample {
  readonly timeMs: number;
  readonly value: number;
}

/** What metric-aggregator has to make of a stream of sampled metrics, counted once more from its records. */
export function recountedMetrics(records: readonly TopicRecord[]): Map<string, number> {
  const buckets = new Map<string, Sample[]>();
  for (const { event, timeMs, closedMs } of countedEvents(records)) {
    const startMs = windowOf(timeMs, BUCKET_MS);
    if (startMs + BUCKET_MS <= closedMs) continue;
    const { _name: name } = tagsOf(event.payload.get('tags'));
    const bucket = `${name} ${startMs}`;
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), { timeMs, value: event.payload.get('value')!.value as number }]);
  }
  const results = new Map<string, number>();
  for (const [bucket, samples] of buckets) {
    const [name, start] = bucket.split(' ') as [string, string];
    for (const [quantile, value] of valuesOf(name, samples)) results.set(metricKey(name, { quantile }, Number(start)), value);
  }
  return results;
}

/** The values of a bucket by quantile; '' where there is no quantile. */
function valuesOf(name: string, samples: readonly Sample[]): [quantile: string, value: number][] {
  const values = samples.map(({ value }) => value);
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name.slice(0, name.indexOf('.'))) {
    case 'max':
      return [['', Math.max(...values)]];
    case 'min':
      return [['', Math.min(...values)]];
    case 'avg':
      return [['', sum / values.length]];
    case 'sum':
      return [['', sum]];
    case 'count':
      return [['', values.length]];
    case 'last': {
      // Of two at the same time the greater counts.
      const newestMs = Math.max(...samples.map(({ timeMs }) => timeMs));
      return [['', Math.max(...samples.filter(({ timeMs }) => timeMs === newestMs).map(({ value }) => value))]];
    }
    default:
      return QUANTILES.map((quantile) => [String(quantile), quantileOf(values, quantile)]);
  }
}
