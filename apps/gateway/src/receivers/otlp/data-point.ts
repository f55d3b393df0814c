import { HerculesError } from '@hercules/protocol';
import type { ProtoReader } from '../grpc/proto-reader.ts';
import type { AnyValues } from './any-value.ts';
import { type EventBuffer } from './event-buffer.ts';
import { type MetricKind, type PointField, pointFields } from './metric-kind.ts';
import { writeAttributeTag } from './metric-tags.ts';
import { TickHalves } from './nanoseconds.ts';

const NO_RECORDED_VALUE = 1;
const PACKED = 2;
/** More buckets or quantiles than any point has; it bounds the work and the memory for one. */
const MAX_LISTED = 65_536;

/** Counts of consecutive buckets of an exponential histogram, from index `offset` on. */
export interface ExponentialBuckets {
  offset: number;
  readonly counts: number[];
}

/** One data point of any kind: its fields are read into this object, which serves one point after another. */
export class DataPoint {
  readonly time = new TickHalves();
  /** Of a gauge or a sum. */
  value = 0;
  hasValue = false;
  isNotRecorded = false;
  count = 0;
  sum: number | undefined;
  min: number | undefined;
  max: number | undefined;
  readonly bounds: number[] = [];
  readonly counts: number[] = [];
  scale = 0;
  zeroCount = 0;
  zeroThreshold = 0;
  readonly positive: ExponentialBuckets = { offset: 0, counts: [] };
  readonly negative: ExponentialBuckets = { offset: 0, counts: [] };
  /** Of a summary: quantile, value, quantile, value, … */
  readonly quantiles: number[] = [];
  /** Tags made from the attributes, and their number. */
  readonly tags: EventBuffer;
  tagCount = 0;
  readonly #values: AnyValues;
  readonly #reader: ProtoReader;

  constructor(values: AnyValues, scratch: EventBuffer) {
    this.#values = values;
    this.#reader = values.reader;
    this.tags = scratch;
  }

  /** Reads the point of this kind in [start, end). */
  read(kind: MetricKind, start: number, end: number): void {
    this.#clear();
    const reader = this.#reader;
    const fields = pointFields(kind);
    reader.position = start;
    while (reader.position < end) {
      const key = reader.key(end);
      const field = fields[key];
      if (field === undefined) reader.skip(key, end);
      else this.#readField(field, key, end);
    }
  }

  #clear(): void {
    this.time.clear();
    this.value = this.count = this.scale = this.zeroCount = this.zeroThreshold = this.tagCount = 0;
    this.hasValue = this.isNotRecorded = false;
    this.sum = this.min = this.max = undefined;
    this.bounds.length = this.counts.length = this.quantiles.length = 0;
    for (const buckets of [this.positive, this.negative]) {
      buckets.offset = 0;
      buckets.counts.length = 0;
    }
    this.tags.clear();
  }

  #readField(field: PointField, key: number, end: number): void {
    const reader = this.#reader;
    switch (field) {
      case 'attribute': {
        const pairEnd = reader.lengthEnd(end);
        this.#values.readPair(reader.position, pairEnd);
        if (writeAttributeTag(this.tags, this.#values)) this.tagCount++;
        reader.position = pairEnd;
        return;
      }
      case 'time':
        return this.time.readNanoseconds(reader.buf, reader.take(8, end));
      case 'double':
        this.value = this.#double(end);
        this.hasValue = true;
        return;
      case 'int':
        reader.fixed64(end);
        this.value = reader.signed;
        this.hasValue = true;
        return;
      case 'flags':
        this.isNotRecorded = (reader.uint32(end) & NO_RECORDED_VALUE) !== 0;
        return;
      case 'count':
        this.count = this.#fixed(end);
        return;
      case 'sum':
        this.sum = this.#double(end);
        return;
      case 'min':
        this.min = this.#double(end);
        return;
      case 'max':
        this.max = this.#double(end);
        return;
      case 'bounds':
        return this.#list(this.bounds, key, end, (listEnd) => this.#double(listEnd));
      case 'counts':
        return this.#list(this.counts, key, end, (listEnd) => this.#fixed(listEnd));
      case 'scale':
        this.scale = reader.sint32(end);
        return;
      case 'zeroCount':
        this.zeroCount = this.#fixed(end);
        return;
      case 'zeroThreshold':
        this.zeroThreshold = this.#double(end);
        return;
      case 'positive':
        return this.#readBuckets(this.positive, end);
      case 'negative':
        return this.#readBuckets(this.negative, end);
      case 'quantile':
        return this.#readQuantile(end);
    }
  }

  /** A repeated number: packed, as nearly everybody writes it, or one by one. */
  #list(list: number[], key: number, end: number, read: (end: number) => number): void {
    const isPacked = (key & 7) === PACKED;
    const listEnd = isPacked ? this.#reader.lengthEnd(end) : end;
    do {
      if (isPacked && this.#reader.position >= listEnd) return;
      if (list.length === MAX_LISTED) throw new HerculesError('INVALID_EVENT', `it has more than ${MAX_LISTED} buckets`);
      list.push(read(listEnd));
    } while (isPacked);
  }

  #readBuckets(buckets: ExponentialBuckets, end: number): void {
    const reader = this.#reader;
    const bucketsEnd = reader.lengthEnd(end);
    buckets.offset = 0;
    buckets.counts.length = 0;
    while (reader.position < bucketsEnd) {
      const key = reader.key(bucketsEnd);
      if (key === 0x08) buckets.offset = reader.sint32(bucketsEnd);
      else if (key === 0x12 || key === 0x10) {
        this.#list(buckets.counts, key, bucketsEnd, (listEnd) => {
          reader.varint64(listEnd);
          return reader.unsigned;
        });
      } else reader.skip(key, bucketsEnd);
    }
  }

  #readQuantile(end: number): void {
    const reader = this.#reader;
    const quantileEnd = reader.lengthEnd(end);
    let quantile = 0;
    let value = 0;
    while (reader.position < quantileEnd) {
      const key = reader.key(quantileEnd);
      if (key === 0x09) quantile = this.#double(quantileEnd);
      else if (key === 0x11) value = this.#double(quantileEnd);
      else reader.skip(key, quantileEnd);
    }
    if (this.quantiles.length === MAX_LISTED) throw new HerculesError('INVALID_EVENT', `it has more than ${MAX_LISTED / 2} quantiles`);
    this.quantiles.push(quantile, value);
  }

  #double(end: number): number {
    const at = this.#reader.take(8, end);
    return this.#reader.buf.readDoubleLE(at);
  }

  #fixed(end: number): number {
    this.#reader.fixed64(end);
    return this.#reader.unsigned;
  }
}
