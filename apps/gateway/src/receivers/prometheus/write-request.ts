import { HerculesError } from '@hercules/protocol';
import { ProtoReader, WireType } from '../grpc/proto-reader.ts';
import { LabelSet } from './label-set.ts';
import { LAYOUT_V1 } from './layout-v1.ts';
import { LayoutV2 } from './layout-v2.ts';
import type { MessageType } from './message-type.ts';
import { EVENT_ROOM_BYTES, MAX_UNIT_BYTES, type MetricEvents, type Series } from './metric-events.ts';
import { NativeHistogram } from './native-histogram.ts';
import { RefusedItems } from './refused-items.ts';
import { kindOfValue } from './sample-value.ts';
import type { SeriesLayout } from './series-layout.ts';
import { SymbolTable } from './symbol-table.ts';
import { ticksOf } from './timestamp.ts';

const lengthField = (number: number): number => number * 8 + WireType.LENGTH;
const varintField = (number: number): number => number * 8 + WireType.VARINT;
const fixed64Field = (number: number): number => number * 8 + WireType.FIXED64;

const SERIES_V1 = lengthField(1);
const SERIES_V2 = lengthField(5);
const SAMPLE_VALUE = fixed64Field(1);
const SAMPLE_TIMESTAMP = varintField(2);
const EXEMPLAR_VALUE = fixed64Field(2);
const EXEMPLAR_TIMESTAMP = varintField(3);
/** The value of a sample without one (proto3). */
const ZERO = Buffer.alloc(8);
const MAX_SHOWN_NAME_BYTES = 100;
/** Bounds the work for a request whose series are all labels. */
const MAX_LABELS_OF_REQUEST = 2_000_000;

/** Items of each kind. */
export interface ItemCounts {
  samples: number;
  histograms: number;
  exemplars: number;
}

export interface WriteRequestLimits {
  readonly maxEventSizeBytes: number;
  /** Populated buckets of a native histogram. */
  readonly maxHistogramBuckets: number;
}

/**
 * One request of remote write, read in one pass: `prometheus.WriteRequest` (1.0) or `io.prometheus.write.v2.Request` (2.0), bytes to bytes of events. Metadata
 * are passed over, but for the unit of version 2.
 * Sources: prometheus.io/docs/specs/prw/remote_write_spec, …_2_0; prometheus/prompb types.proto, io/prometheus/write/v2/types.proto.
 */
export class WriteRequest {
  /** Taken; those that say that there is no value are among them. */
  readonly taken: ItemCounts = { samples: 0, histograms: 0, exemplars: 0 };
  readonly refused = new RefusedItems();
  /** Samples and histograms by which Prometheus says that a series has ended. */
  staleMarkers = 0;
  /** Samples whose value is NaN otherwise. */
  nanSamples = 0;
  readonly #events: MetricEvents;
  readonly #limits: WriteRequestLimits;
  readonly #reader = new ProtoReader();
  readonly #layout: SeriesLayout;
  readonly #seriesKey: number;
  readonly #labels = new LabelSet();
  readonly #exemplarLabels = new LabelSet();
  readonly #histogram = new NativeHistogram();
  readonly #body: Buffer;
  #series: Series;
  #seriesCount = 0;

  /** @throws HerculesError INVALID_ARGUMENT when the table of symbols cannot be read */
  constructor(type: MessageType, body: Buffer, events: MetricEvents, limits: WriteRequestLimits) {
    this.#body = body;
    this.#events = events;
    this.#limits = limits;
    this.#seriesKey = type === 'v1' ? SERIES_V1 : SERIES_V2;
    this.#layout = type === 'v1' ? LAYOUT_V1 : new LayoutV2(new SymbolTable(this.#reader, body));
    this.#series = { body, labels: this.#labels, unitStart: 0, unitEnd: 0 };
  }

  /** Makes the events. @throws HerculesError INVALID_ARGUMENT when the message is not protobuf; whatever refuses the request as a whole */
  read(): void {
    const reader = this.#reader;
    const end = this.#body.length;
    reader.reset(this.#body, 0);
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === this.#seriesKey) this.#readSeries(reader.lengthEnd(end));
      else reader.skip(key, end);
    }
  }

  /** Fields may come in any order, so labels are gathered first. */
  #readSeries(end: number): void {
    const reader = this.#reader;
    const { position } = reader;
    this.#seriesCount++;
    const items = this.#readLabels(end);
    const problem = this.#labels.problem ?? (this.#labels.nameAt < 0 ? 'there is no label __name__' : undefined);
    if (problem !== undefined) {
      this.refused.add(items, problem, this.#where);
      return;
    }
    if (items === 0) return;
    reader.position = position;
    while (reader.position < end) this.#readItem(reader.key(end), end);
  }

  /** Reads the labels and the unit of a series; returns how many items it has. */
  #readLabels(end: number): number {
    const reader = this.#reader;
    const layout = this.#layout;
    this.#labels.clear();
    let items = 0;
    let unit: readonly [number, number] = [0, 0];
    while (reader.position < end) {
      const key = reader.key(end);
      if (layout.readLabels(reader, key, end, this.#labels)) continue;
      if (key === layout.metadata) {
        unit = layout.readUnit(reader, reader.lengthEnd(end));
        continue;
      }
      if (key === layout.samples || key === layout.histograms || key === layout.exemplars) items++;
      reader.skip(key, end);
    }
    this.#finishLabels(this.#labels, 0);
    if (unit[1] - unit[0] > MAX_UNIT_BYTES) this.#labels.refuse(`the unit is longer than ${MAX_UNIT_BYTES} bytes`);
    this.#series = { body: this.#body, labels: this.#labels, unitStart: unit[0], unitEnd: unit[1] };
    return items;
  }

  /** @param otherBytes what the event has beside these labels */
  #finishLabels(labels: LabelSet, otherBytes: number): void {
    this.#layout.finishLabels(this.#body, labels);
    labels.finish(this.#body, this.#limits.maxEventSizeBytes - EVENT_ROOM_BYTES - otherBytes);
    if (this.#labels.added + this.#exemplarLabels.added > MAX_LABELS_OF_REQUEST) {
      throw new HerculesError('PAYLOAD_TOO_LARGE', `The request has more than ${MAX_LABELS_OF_REQUEST} labels`);
    }
  }

  #readItem(key: number, end: number): void {
    const reader = this.#reader;
    const layout = this.#layout;
    if (key === layout.samples) this.#readSample(reader.lengthEnd(end));
    else if (key === layout.histograms) this.#readHistogram(reader.lengthEnd(end));
    else if (key === layout.exemplars) this.#readExemplar(reader.lengthEnd(end));
    else reader.skip(key, end);
  }

  #readSample(end: number): void {
    const reader = this.#reader;
    let valueIn: Buffer = ZERO;
    let valueAt = 0;
    let timestampMs = 0;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === SAMPLE_VALUE) {
        valueIn = this.#body;
        valueAt = reader.take(8, end);
      } else if (key === SAMPLE_TIMESTAMP) {
        reader.varint64(end);
        timestampMs = reader.signed;
      } else {
        reader.skip(key, end);
      }
    }
    switch (kindOfValue(valueIn, valueAt)) {
      case 'number':
        return this.#take('samples', timestampMs, (ticks) => this.#events.sample(this.#series, ticks, valueIn.readDoubleLE(valueAt)));
      case 'infinite':
        return this.#refuse('the value of a sample is infinite');
      case 'stale':
        this.staleMarkers++;
        this.taken.samples++;
        return;
      case 'nan':
        this.nanSamples++;
        this.taken.samples++;
    }
  }

  #readHistogram(end: number): void {
    const histogram = this.#histogram;
    histogram.read(this.#reader, end);
    if (histogram.isStale) {
      this.staleMarkers++;
      this.taken.histograms++;
      return;
    }
    const problem = histogram.toBuckets(this.#limits.maxHistogramBuckets);
    if (problem !== undefined) return this.#refuse(problem);
    this.#take('histograms', histogram.timestampMs, (ticks) => this.#events.histogram(this.#series, ticks, histogram));
  }

  #readExemplar(end: number): void {
    const reader = this.#reader;
    const labels = this.#exemplarLabels;
    labels.clear();
    let value = 0;
    let timestampMs = 0;
    while (reader.position < end) {
      const key = reader.key(end);
      if (this.#layout.readLabels(reader, key, end, labels)) continue;
      if (key === EXEMPLAR_VALUE) {
        value = this.#body.readDoubleLE(reader.take(8, end));
      } else if (key === EXEMPLAR_TIMESTAMP) {
        reader.varint64(end);
        timestampMs = reader.signed;
      } else {
        reader.skip(key, end);
      }
    }
    this.#finishLabels(labels, this.#labels.byteLength);
    if (labels.problem !== undefined) return this.#refuse(`of an exemplar: ${labels.problem}`);
    this.#take('exemplars', timestampMs, (ticks) => this.#events.exemplar(this.#series, ticks, value, labels));
  }

  /** Makes the events of an item, or refuses it. What is thrown is about the whole request. */
  #take(kind: keyof ItemCounts, timestampMs: number, write: (ticks: bigint) => void): void {
    const ticks = ticksOf(timestampMs);
    if (ticks === undefined) return this.#refuse('the time is before 1970, or after what events can hold');
    write(ticks);
    this.taken[kind]++;
  }

  #refuse(reason: string): void {
    this.refused.add(1, reason, this.#where);
  }

  readonly #where = (): string => {
    const { nameAt, valueStarts, valueEnds } = this.#labels;
    const number = `series ${this.#seriesCount}`;
    if (nameAt < 0) return number;
    const start = valueStarts[nameAt]!;
    return `${number}, ${this.#body.toString('utf8', start, Math.min(valueEnds[nameAt]!, start + MAX_SHOWN_NAME_BYTES))}`;
  };
}
