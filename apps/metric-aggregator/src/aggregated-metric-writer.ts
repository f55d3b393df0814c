import { type Container, EventWriter, kafkaPartition, msToTicks, readEvent, UUID_BYTES } from '@hercules/protocol';
import { type Output, type ResultWriter, resultUuid, type SeriesResult, type WindowResult } from '@hercules/streaming';
import type { MetricAggregate } from './metric-aggregate.ts';
import { parseSeriesKey, type SeriesKey } from './series-key.ts';

const UUID_AT = 9;
const MOST_KNOWN = 20_000;

type Series = Omit<SeriesKey, 'tags'> & { readonly tags: readonly (readonly [key: string, value: string])[] };

/**
 * Writes the results of a bucket as metric events (protocol §10.3): the tags of the metric, of percentiles with a tag `quantile` added, and how the value came about in the container
 * `aggregation`. A result that is amended has the same time and uuid as before, so every store puts it in the place of the former.
 */
export class AggregatedMetricWriter implements ResultWriter<MetricAggregate> {
  readonly #output: Output;
  readonly #stream: string;
  readonly #writer = new EventWriter();
  readonly #known = new Map<string, Series>();

  constructor(output: Output, stream: string) {
    this.#output = output;
    this.#stream = stream;
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
    const writer = this.#writer;
    writer.reset();
    writer.beginEvent(msToTicks(timeMs), resultUuid(`${periodMs}\n${startMs}\n${quantile ?? ''}\n${key}`));
    writer.double('value', aggregate.value(name, quantile));
    writer.beginVector('tags', 'container');
    for (const [tagKey, value] of tags) writeTag(writer, tagKey, value);
    if (quantile !== undefined) writeTag(writer, 'quantile', String(quantile));
    writer.endVector();
    writer.beginContainer('aggregation');
    writer.string('function', name);
    writer.long('periodMs', BigInt(periodMs));
    writer.long('count', BigInt(aggregate.count));
    writer.flag('complete', isComplete);
    writer.endContainer();
    writer.endEvent();
    const bytes = writer.events();
    const partition = kafkaPartition(bytes, UUID_AT, UUID_AT + UUID_BYTES, Math.max(1, this.#output.partitionCount(this.#stream)));
    this.#output.append(this.#stream, partition, bytes, UUID_AT, UUID_AT + UUID_BYTES, 0, bytes.length, nowMs);
  }
}

function writeTag(writer: EventWriter, key: string, value: string): void {
  writer.beginContainer(null);
  writer.string('key', key);
  writer.string('value', value);
  writer.endContainer();
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
