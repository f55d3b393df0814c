import type { EventWriter } from '@hercules/protocol';
import type { EventBudget } from '../door/event-budget.ts';
import type { EventCollector } from '../door/event-collector.ts';
import type { RequestIds } from '../door/request-ids.ts';
import type { LabelSet } from './label-set.ts';
import type { NativeHistogram } from './native-histogram.ts';

const TYPE_KEY = '__metrics_data_type';
const TYPE = Buffer.from('_tagged_metrics_');
const NAME_KEY = '_name';
const BUCKET = Buffer.from('_bucket');
const SUM = Buffer.from('_sum');
const COUNT = Buffer.from('_count');
const NO_SUFFIX = Buffer.alloc(0);
/** What an event takes beside its labels and those of an exemplar, at the most. */
export const EVENT_ROOM_BYTES = 512;
export const MAX_UNIT_BYTES = 255;

/** The series that events are made of. */
export interface Series {
  /** Bytes that the ranges of the labels are in. */
  readonly body: Buffer;
  readonly labels: LabelSet;
  /** Range of the unit, from the metadata of version 2; empty if there is none. */
  readonly unitStart: number;
  readonly unitEnd: number;
}

/**
 * Writes the metric events (protocol §10.3) of one request: bytes of labels to bytes of tags. The tags are the labels in their order, `__name__` as `_name`, after
 * `__metrics_data_type`, by which OpenTelemetry's metrics are marked too (apis §10).
 */
export class MetricEvents {
  readonly #collector: EventCollector;
  readonly #stream: string;
  readonly #ids: RequestIds;
  readonly #budget: EventBudget;
  readonly #uuid = Buffer.alloc(16);
  /** Name and suffix, for the events of a histogram. */
  #name = Buffer.alloc(256);
  #position = 0;

  constructor(collector: EventCollector, stream: string, ids: RequestIds, budget: EventBudget) {
    this.#collector = collector;
    this.#stream = stream;
    this.#ids = ids;
    this.#budget = budget;
  }

  /** @param ticks the time */
  sample(series: Series, ticks: bigint, value: number): void {
    this.#metric(series, ticks, value, NO_SUFFIX, undefined);
  }

  /** Events as of a classic histogram. The sum is left out when it is not finite. @param histogram whose buckets are made */
  histogram(series: Series, ticks: bigint, { sum, count, bounds, cumulated }: NativeHistogram): void {
    for (let i = 0; i < bounds.length; i++) this.#metric(series, ticks, cumulated[i]!, BUCKET, String(bounds[i]));
    this.#metric(series, ticks, count, BUCKET, '+Inf');
    if (Number.isFinite(sum)) this.#metric(series, ticks, sum, SUM, undefined);
    this.#metric(series, ticks, count, COUNT, undefined);
  }

  /** An event without `value`, which sinks of metrics pass over: it is in the stream for whoever looks for it. */
  exemplar(series: Series, ticks: bigint, value: number, labels: LabelSet): void {
    const writer = this.#begin(ticks);
    this.#tags(writer, series, NO_SUFFIX, undefined);
    writer.beginContainer('exemplar');
    writer.double('value', value);
    writer.beginVector('labels', 'container');
    for (let i = 0; i < labels.count; i++) writeLabel(writer, series.body, labels, i);
    writer.endVector();
    writer.endContainer();
    this.#end();
  }

  #metric(series: Series, ticks: bigint, value: number, suffix: Buffer, bound: string | undefined): void {
    const writer = this.#begin(ticks);
    writer.double('value', value);
    this.#tags(writer, series, suffix, bound);
    if (series.unitEnd > series.unitStart) writer.stringBytes('unit', series.body, series.unitStart, series.unitEnd);
    this.#end();
  }

  #begin(ticks: bigint): EventWriter {
    this.#ids.uuidInto(this.#uuid, 0, this.#position);
    return this.#collector.begin(this.#stream, this.#position++, ticks, this.#uuid);
  }

  #end(): void {
    this.#collector.end();
    this.#budget.check(this.#collector.byteLength);
  }

  #tags(writer: EventWriter, { body, labels }: Series, suffix: Buffer, bound: string | undefined): void {
    writer.beginVector('tags', 'container');
    writer.beginContainer(null);
    writer.string('key', TYPE_KEY);
    writer.stringBytes('value', TYPE);
    writer.endContainer();
    for (let i = 0; i < labels.count; i++) {
      if (i === labels.nameAt) this.#nameTag(writer, body, labels, suffix);
      else writeLabel(writer, body, labels, i);
    }
    if (bound !== undefined) {
      writer.beginContainer(null);
      writer.string('key', 'le');
      writer.string('value', bound);
      writer.endContainer();
    }
    writer.endVector();
  }

  #nameTag(writer: EventWriter, body: Buffer, { nameAt, valueStarts, valueEnds }: LabelSet, suffix: Buffer): void {
    const start = valueStarts[nameAt]!;
    const end = valueEnds[nameAt]!;
    writer.beginContainer(null);
    writer.string('key', NAME_KEY);
    if (suffix.length === 0) {
      writer.stringBytes('value', body, start, end);
    } else {
      const length = end - start + suffix.length;
      if (length > this.#name.length) this.#name = Buffer.alloc(length);
      body.copy(this.#name, 0, start, end);
      suffix.copy(this.#name, end - start);
      writer.stringBytes('value', this.#name, 0, length);
    }
    writer.endContainer();
  }
}

function writeLabel(writer: EventWriter, body: Buffer, labels: LabelSet, at: number): void {
  writer.beginContainer(null);
  writer.stringBytes('key', body, labels.nameStarts[at], labels.nameEnds[at]);
  writer.stringBytes('value', body, labels.valueStarts[at], labels.valueEnds[at]);
  writer.endContainer();
}
