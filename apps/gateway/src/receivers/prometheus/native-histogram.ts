import { type ProtoReader, WireType } from '../grpc/proto-reader.ts';
import { isStaleMarker } from './sample-value.ts';

const varintField = (number: number): number => number * 8 + WireType.VARINT;
const fixed64Field = (number: number): number => number * 8 + WireType.FIXED64;
const lengthField = (number: number): number => number * 8 + WireType.LENGTH;

/** Fields of `Histogram`, the same in both versions of the message. */
const COUNT_INT = varintField(1);
const COUNT_FLOAT = fixed64Field(2);
const SUM = fixed64Field(3);
const SCHEMA = varintField(4);
const ZERO_THRESHOLD = fixed64Field(5);
const ZERO_COUNT_INT = varintField(6);
const ZERO_COUNT_FLOAT = fixed64Field(7);
const NEGATIVE_SPANS = lengthField(8);
const NEGATIVE_DELTAS = 9;
const NEGATIVE_COUNTS = 10;
const POSITIVE_SPANS = lengthField(11);
const POSITIVE_DELTAS = 12;
const POSITIVE_COUNTS = 13;
const TIMESTAMP = varintField(15);
const CUSTOM_VALUES = 16;
const SPAN_OFFSET = varintField(1);
const SPAN_LENGTH = varintField(2);

/** Schemas of exponential buckets that Prometheus defines; a bucket's bound is the next power of 2^(2^-schema). */
const MIN_SCHEMA = -4;
const MAX_SCHEMA = 52;
/** The schema of buckets whose bounds the sender lists. */
const CUSTOM_SCHEMA = -53;
/** Prometheus' own client keeps to 160 or less; this bounds the work for one histogram. */
const MAX_LISTED = 10_000;

/** Numbers of one kind, as many as the message lists; memory is kept from one histogram to the next. */
class NumberList {
  values = new Float64Array(256);
  count = 0;
  isTooLong = false;

  add(value: number): void {
    if (this.count === MAX_LISTED) {
      this.isTooLong = true;
      return;
    }
    if (this.count === this.values.length) {
      const grown = new Float64Array(2 * this.values.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.count++] = value;
  }

  clear(): void {
    this.count = 0;
    this.isTooLong = false;
  }
}

/** Buckets of one sign, as they come in the message. */
class ListedBuckets {
  readonly spanOffsets = new NumberList();
  readonly spanLengths = new NumberList();
  /** Of a histogram of whole numbers: differences from bucket to bucket. */
  readonly deltas = new NumberList();
  /** Of a histogram of floats. */
  readonly counts = new NumberList();
  /** Index and count of each bucket, after {@link resolve}. */
  readonly indexes = new NumberList();
  readonly resolved = new NumberList();

  clear(): void {
    for (const list of [this.spanOffsets, this.spanLengths, this.deltas, this.counts, this.indexes, this.resolved]) list.clear();
  }

  /** Gives each bucket its index and its count; returns what is wrong, if anything. */
  resolve(isFloat: boolean): string | undefined {
    const listed = isFloat ? this.counts : this.deltas;
    if (listed.isTooLong || this.spanOffsets.isTooLong) return `a histogram has more than ${MAX_LISTED} buckets or spans`;
    let count = 0;
    let index = 0;
    let next = 0;
    for (let span = 0; span < this.spanOffsets.count; span++) {
      const offset = this.spanOffsets.values[span]!;
      const length = this.spanLengths.values[span]!;
      if (span > 0 && offset < 0) return 'the spans of a histogram run into each other';
      index += offset;
      if (next + length > listed.count) return 'the spans of a histogram hold more buckets than there are';
      for (let i = 0; i < length; i++) {
        count = isFloat ? listed.values[next]! : count + listed.values[next]!;
        if (!isCount(count)) return 'a bucket of a histogram has a count below 0 or none';
        this.indexes.add(index++);
        this.resolved.add(count);
        next++;
      }
    }
    return next === listed.count ? undefined : 'the spans of a histogram hold fewer buckets than there are';
  }

  get total(): number {
    let total = 0;
    for (let i = 0; i < this.resolved.count; i++) total += this.resolved.values[i]!;
    return total;
  }
}

/**
 * A native histogram (`Histogram` of both messages), read and turned into buckets as classic histograms have them: cumulative, by upper bound. One object serves
 * one histogram after another.
 * Source: prometheus.io/docs/specs/native_histograms.
 */
export class NativeHistogram {
  timestampMs = 0;
  /** May be NaN or infinite. */
  sum = 0;
  count = 0;
  /** The series has ended; nothing else is told. */
  isStale = false;
  /** Upper bounds, ascending and finite, after {@link toBuckets}. The bucket +Inf is not among them: it holds {@link count}. */
  readonly bounds: number[] = [];
  /** How many observations are at or below each bound. */
  readonly cumulated: number[] = [];
  #isFloat = false;
  #schema = 0;
  #zeroThreshold = 0;
  #zeroCount = 0;
  readonly #negative = new ListedBuckets();
  readonly #positive = new ListedBuckets();
  readonly #custom = new NumberList();

  /** Reads the message up to `end`. @throws HerculesError INVALID_ARGUMENT when it is not protobuf */
  read(reader: ProtoReader, end: number): void {
    this.#clear();
    while (reader.position < end) this.#field(reader, reader.key(end), end);
  }

  /**
   * Fills {@link bounds} and {@link cumulated}.
   * @param maxBuckets populated ones, at least 4, because neighbours of different signs stay apart; when there are more, neighbours are joined to those of a coarser schema until they fit
   * @returns what is wrong with the histogram, if anything
   */
  toBuckets(maxBuckets: number): string | undefined {
    const { count } = this;
    if (!isCount(count) || !isCount(this.#zeroCount)) return 'a count of a histogram is below 0 or no number';
    const problem = this.#negative.resolve(this.#isFloat) ?? this.#positive.resolve(this.#isFloat) ?? this.#checkTotal();
    if (problem !== undefined) return problem;
    if (this.#schema === CUSTOM_SCHEMA) return this.#customBuckets(maxBuckets);
    if (this.#schema < MIN_SCHEMA || this.#schema > MAX_SCHEMA) return 'a histogram has an unknown schema';
    if (!(this.#zeroThreshold >= 0) || this.#zeroThreshold === Infinity) return 'a histogram has a zero bucket without a bound';
    this.#exponentialBuckets(maxBuckets);
    return undefined;
  }

  #clear(): void {
    this.timestampMs = this.sum = this.count = this.#schema = this.#zeroThreshold = this.#zeroCount = 0;
    this.isStale = this.#isFloat = false;
    this.bounds.length = this.cumulated.length = 0;
    this.#negative.clear();
    this.#positive.clear();
    this.#custom.clear();
  }

  #field(reader: ProtoReader, key: number, end: number): void {
    switch (key) {
      case COUNT_INT:
        this.#isFloat = false;
        this.count = unsigned(reader, end);
        return;
      case COUNT_FLOAT:
        this.#isFloat = true;
        this.count = double(reader, end);
        return;
      case SUM:
        this.sum = double(reader, end);
        this.isStale = isStaleMarker(reader.buf, reader.position - 8);
        return;
      case SCHEMA:
        this.#schema = reader.sint32(end);
        return;
      case ZERO_THRESHOLD:
        this.#zeroThreshold = double(reader, end);
        return;
      case ZERO_COUNT_INT:
        this.#zeroCount = unsigned(reader, end);
        return;
      case ZERO_COUNT_FLOAT:
        this.#zeroCount = double(reader, end);
        return;
      case NEGATIVE_SPANS:
        return readSpan(reader, reader.lengthEnd(end), this.#negative);
      case POSITIVE_SPANS:
        return readSpan(reader, reader.lengthEnd(end), this.#positive);
      case TIMESTAMP:
        reader.varint64(end);
        this.timestampMs = reader.signed;
        return;
      default:
        return this.#listOrUnknown(reader, key, end);
    }
  }

  #listOrUnknown(reader: ProtoReader, key: number, end: number): void {
    switch (key >>> 3) {
      case NEGATIVE_DELTAS:
        return readList(reader, key, end, WireType.VARINT, signed, this.#negative.deltas);
      case NEGATIVE_COUNTS:
        return readList(reader, key, end, WireType.FIXED64, double, this.#negative.counts);
      case POSITIVE_DELTAS:
        return readList(reader, key, end, WireType.VARINT, signed, this.#positive.deltas);
      case POSITIVE_COUNTS:
        return readList(reader, key, end, WireType.FIXED64, double, this.#positive.counts);
      case CUSTOM_VALUES:
        return readList(reader, key, end, WireType.FIXED64, double, this.#custom);
      default:
        reader.skip(key, end);
    }
  }

  /** Whole numbers must add up, unless observations that are no number are in the count and in no bucket. */
  #checkTotal(): string | undefined {
    if (this.#isFloat || this.count > Number.MAX_SAFE_INTEGER) return undefined;
    const total = this.#zeroCount + this.#negative.total + this.#positive.total;
    const isSum = Number.isNaN(this.sum) ? total <= this.count : total === this.count;
    return isSum ? undefined : 'the buckets of a histogram do not add up to its count';
  }

  #exponentialBuckets(maxBuckets: number): void {
    let coarser = 0;
    while (distinct(this.#negative.indexes, coarser) + distinct(this.#positive.indexes, coarser) > maxBuckets) coarser++;
    const width = 2 ** coarser;
    const exponent = 2 ** (coarser - this.#schema);
    let below = 0;
    // The lowest values are in the bucket of the highest index of the negative ones: [-2^(index × exponent), -2^((index - 1) × exponent)).
    const negative = this.#negative;
    for (let i = negative.indexes.count - 1; i >= 0; i--) {
      const index = Math.ceil(negative.indexes.values[i]! / width);
      this.#bound(-(2 ** (index * exponent)), below);
      below += negative.resolved.values[i]!;
      this.#bound(-(2 ** ((index - 1) * exponent)), below);
    }
    if (negative.indexes.count > 0) this.#bound(-this.#zeroThreshold, below);
    below += this.#zeroCount;
    this.#bound(this.#zeroThreshold, below);
    const positive = this.#positive;
    for (let i = 0; i < positive.indexes.count; i++) {
      const index = Math.ceil(positive.indexes.values[i]! / width);
      this.#bound(2 ** ((index - 1) * exponent), below);
      below += positive.resolved.values[i]!;
      this.#bound(2 ** (index * exponent), below);
    }
  }

  #customBuckets(maxBuckets: number): string | undefined {
    const { values, count } = this.#custom;
    const { indexes, resolved } = this.#positive;
    if (this.#negative.indexes.count > 0 || this.#zeroCount > 0) return 'a histogram of custom buckets has other ones too';
    if (this.#custom.isTooLong) return `a histogram has more than ${MAX_LISTED} buckets or spans`;
    const step = Math.ceil(count / maxBuckets);
    let next = 0;
    let below = 0;
    for (let i = 0; i < count; i++) {
      if (!Number.isFinite(values[i]!) || (i > 0 && values[i]! <= values[i - 1]!)) return 'the bounds of a histogram do not ascend';
      if (next < indexes.count && indexes.values[next]! === i) below += resolved.values[next++]!;
      if ((i + 1) % step === 0 || i === count - 1) this.#bound(values[i]!, below);
    }
    // What is above the last bound is in the bucket of the next index.
    const hasRest = next < indexes.count && indexes.values[next] === count;
    return next + (hasRest ? 1 : 0) === indexes.count ? undefined : 'a histogram has a bucket without a bound';
  }

  /** A bound that does not lie above the last one adds to it: the edge of the next bucket, or one that a double cannot tell apart. */
  #bound(bound: number, cumulated: number): void {
    const last = this.bounds.length - 1;
    if (last >= 0 && bound <= this.bounds[last]!) {
      this.cumulated[last] = cumulated;
    } else if (Number.isFinite(bound)) {
      this.bounds.push(bound === 0 ? 0 : bound);
      this.cumulated.push(cumulated);
    }
  }
}

function isCount(value: number): boolean {
  return value >= 0 && value < Infinity;
}

/** How many buckets there are when 2^coarser neighbours are one. Indexes ascend. */
function distinct({ values, count }: NumberList, coarser: number): number {
  const width = 2 ** coarser;
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    if (i === 0 || Math.ceil(values[i]! / width) !== Math.ceil(values[i - 1]! / width)) distinct++;
  }
  return distinct;
}

function readSpan(reader: ProtoReader, end: number, { spanOffsets, spanLengths }: ListedBuckets): void {
  let offset = 0;
  let length = 0;
  while (reader.position < end) {
    const key = reader.key(end);
    if (key === SPAN_OFFSET) offset = reader.sint32(end);
    else if (key === SPAN_LENGTH) length = reader.uint32(end);
    else reader.skip(key, end);
  }
  spanOffsets.add(offset);
  spanLengths.add(length);
}

/** A repeated number, packed or one by one. */
function readList(
  reader: ProtoReader,
  key: number,
  end: number,
  wireType: number,
  read: (reader: ProtoReader, end: number) => number,
  list: NumberList,
): void {
  if ((key & 7) === wireType) return list.add(read(reader, end));
  if ((key & 7) !== WireType.LENGTH) return reader.skip(key, end);
  const listEnd = reader.lengthEnd(end);
  while (reader.position < listEnd) list.add(read(reader, listEnd));
}

function double(reader: ProtoReader, end: number): number {
  return reader.buf.readDoubleLE(reader.take(8, end));
}

function unsigned(reader: ProtoReader, end: number): number {
  reader.varint64(end);
  return reader.unsigned;
}

function signed(reader: ProtoReader, end: number): number {
  reader.sint64(end);
  return reader.signed;
}
