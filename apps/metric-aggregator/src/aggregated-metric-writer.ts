import { type Container, readEvent } from '@hercules/protocol';
import { MetricOutput, type Output, type ResultWriter, type SeriesResult, type WindowResult } from '@hercules/streaming';
import type { MetricAggregate } from './metric-aggregate.ts';
import { parseSeriesKey, type SeriesKey } from './series-key.ts';

const MOST_KNOWN = 20_000;

type Series = Omit<SeriesKey, 'tags'> & { readonly tags: readonly (readonly [key: string, value: string])[] };

/**
 * Writes the results of a bucket as metric events (protocol §10.3): the tags of the metric, of percentiles with a tag `quantile` added, and how the value came about in the container
 * `aggregation`. A result that is amended has the same time and uuid as before, so every store puts it in the place of the former.
 */
export class AggregatedMetricWriter implements ResultWriter<MetricAggregate> {
  readonly #metrics: MetricOutput;
  readonly #known = new Map<string, Series>();

  constructor(output: Output, stream: string) {
    this.#metrics = new MetricOutput(output, stream);
  }

  write(window: WindowResult, results: readonly SeriesResult<MetricAggregate>[], nowMs: number): void {
    for (const { key, aggregate } of results) {
      const series = this.#series(key);
      const timeMs = series.timestamp === 'start' ? window.startMs : window.endMs;
      if (series.function !== 'percentiles') this.#writeOne(window, key, series, aggregate, undefined, timeMs, nowMs);
      else for (const quantile of series.quantiles) this.#writeOne(window, key, series, aggregate, quantile, timeMs, nowMs);
    }
  }

  /** The same series comes window after window. */
  #series(key: string): Series {
    let series = this.#known.get(key);
    if (series !== undefined) return series;
    const parsed = parseSeriesKey(key);
    series = { ...parsed, tags: tagsOf(parsed.tags) };
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, series);
    return series;
  }

  #writeOne(
    { periodMs, startMs, isComplete }: WindowResult,
    key: string,
    { function: name, tags }: Series,
    aggregate: MetricAggregate,
    quantile: number | undefined,
    timeMs: number,
    nowMs: number,
  ): void {
    this.#metrics.append(
      {
        timeMs,
        identity: `${periodMs}\n${startMs}\n${quantile ?? ''}\n${key}`,
        value: aggregate.value(name, quantile),
        tags: quantile === undefined ? tags : [...tags, ['quantile', String(quantile)]],
        details(writer) {
          writer.beginContainer('aggregation');
          writer.string('function', name);
          writer.long('periodMs', BigInt(periodMs));
          writer.long('count', BigInt(aggregate.count));
          writer.flag('complete', isComplete);
          writer.endContainer();
        },
      },
      nowMs,
    );
  }
}

/** Version, time and uuid of an event that holds nothing but the tags: 25 bytes, one tag, its key and the code of a vector. */
const EVENT_AROUND_TAGS = Buffer.concat([Buffer.of(1), Buffer.alloc(24), Buffer.from('\x00\x01\x04tags\x80', 'latin1')]);

function tagsOf(vector: Buffer): [string, string][] {
  const { event } = readEvent(Buffer.concat([EVENT_AROUND_TAGS, vector]));
  const tags = event.payload.get('tags');
  if (tags?.type !== 'vector' || tags.value.elementType !== 'container') return [];
  return (tags.value.elements as readonly Container[]).map((pair) => [textOf(pair.get('key')), textOf(pair.get('value'))]);
}

function textOf(value: { type: string; value: unknown } | undefined): string {
  return value?.type === 'string' ? (value.value as string) : 'null';
}
