import { HerculesError, TypeCode } from '@hercules/protocol';
import { ProtoReader } from '../grpc/proto-reader.ts';
import { AnyValues } from './any-value.ts';
import { ByteRange } from './byte-range.ts';
import { DataPoint } from './data-point.ts';
import { type EventBuffer, Head, tagHead } from './event-buffer.ts';
import { cumulativeBuckets } from './exponential-buckets.ts';
import { MetricKind } from './metric-kind.ts';
import { resourceTags, writeTag, writeTagBytes } from './metric-tags.ts';
import { readScopeNames, SharedTags } from './pair-bytes.ts';
import { type EventLimits, type EventTarget, rejectItem, type SignalConverter, writeHead } from './signal-converter.ts';

const NAME = 0x0a;
const UNIT = 0x1a;
const DATA_POINT = 0x0a;
const LENGTH_DELIMITED = 2;
const KINDS = new Set<number>(Object.values(MetricKind));

const VALUE = new Head(tagHead('value', TypeCode.DOUBLE));
const UNIT_TAG = new Head(tagHead('unit', TypeCode.STRING));
const TAGS = new Head(tagHead('tags', TypeCode.VECTOR), Buffer.from([TypeCode.CONTAINER]));
const NAME_KEY = Buffer.from('_name');
const SCOPE_KEY = Buffer.from('scope');
const INFINITY = 'inf';

export interface MetricLimits extends EventLimits {
  /** Buckets of an exponential histogram that make events. */
  readonly maxHistogramBuckets: number;
}

/** Data points as metric events (protocol §10.3), one event a number; a point is taken with all of its events or with none. */
export class MetricConverter implements SignalConverter {
  readonly reader = new ProtoReader();
  readonly #values: AnyValues;
  readonly #limits: MetricLimits;
  readonly #shared: SharedTags;
  readonly #point: DataPoint;
  readonly #scopeName = new ByteRange();
  readonly #scopeVersion = new ByteRange();
  readonly #name = new ByteRange();
  readonly #unit = new ByteRange();
  readonly #data = new ByteRange();
  #kind: MetricKind | 0 = 0;

  /** @param scratch two buffers: for tags of resource and scope, and for those of a point */
  constructor(limits: MetricLimits, scratch: readonly [EventBuffer, EventBuffer]) {
    this.#limits = limits;
    this.#values = new AnyValues(this.reader, limits.maxDepth);
    this.#shared = new SharedTags(scratch[0], limits.maxEventSizeBytes);
    this.#point = new DataPoint(this.#values, scratch[1]);
  }

  beginResource(start: number, end: number): void {
    const shared = this.#shared;
    shared.beginResource();
    const tags = resourceTags(this.#values, start, end);
    writeTag(shared.out, '__metrics_data_type', '_tagged_metrics_');
    for (const [key, value] of tags) writeTag(shared.out, key, value);
    shared.count = 1 + tags.size;
    shared.endResource();
  }

  beginScope(start: number, end: number): void {
    const shared = this.#shared;
    const name = this.#scopeName;
    shared.beginScope();
    readScopeNames(this.reader, start, end, name, this.#scopeVersion);
    if (name.length > 0) {
      writeTagBytes(shared.out, SCOPE_KEY, this.reader.buf, name.start, name.end);
      shared.count++;
    }
    shared.endScope();
  }

  countItems(start: number, end: number): number {
    this.#readMetric(start, end);
    let points = 0;
    this.#eachPoint(() => points++);
    return points;
  }

  convert(start: number, end: number, target: EventTarget): number {
    this.#readMetric(start, end);
    let taken = 0;
    this.#eachPoint((pointStart, pointEnd) => (taken += this.#convertPoint(pointStart, pointEnd, target)));
    return taken;
  }

  #readMetric(start: number, end: number): void {
    const { reader } = this;
    this.#name.clear();
    this.#unit.clear();
    this.#data.clear();
    this.#kind = 0;
    reader.position = start;
    while (reader.position < end) {
      const key = reader.key(end);
      const field = key >>> 3;
      if (key === NAME) this.#name.read(reader, end);
      else if (key === UNIT) this.#unit.read(reader, end);
      else if ((key & 7) === LENGTH_DELIMITED && KINDS.has(field)) {
        this.#kind = field as MetricKind;
        this.#data.read(reader, end);
      } else reader.skip(key, end);
    }
  }

  /** In Gauge, Sum, Histogram, ExponentialHistogram and Summary alike field 1 is the data points. */
  #eachPoint(visit: (start: number, end: number) => void): void {
    this.reader.eachField(this.#data.start, this.#data.end, DATA_POINT, visit);
  }

  #convertPoint(start: number, end: number, target: EventTarget): number {
    const { out } = target;
    const { length, count } = out;
    try {
      if (this.#name.length === 0) throw new HerculesError('INVALID_EVENT', 'its metric has no name');
      const kind = this.#kind as MetricKind;
      this.#point.read(kind, start, end);
      if (!this.#point.isNotRecorded) this.#writePoint(kind, target);
      return 1;
    } catch (error) {
      out.rollBack(length, count);
      rejectItem(target, error);
      return 0;
    }
  }

  #writePoint(kind: MetricKind, target: EventTarget): void {
    const point = this.#point;
    switch (kind) {
      case MetricKind.GAUGE:
      case MetricKind.SUM:
        if (!point.hasValue) throw new HerculesError('INVALID_EVENT', 'it has no value');
        if (!Number.isFinite(point.value))
          throw new HerculesError('INVALID_EVENT', `its value is ${point.value}; expected a finite number`);
        return this.#writeEvent(target, point.value);
      case MetricKind.HISTOGRAM:
        this.#writeBuckets(target);
        return this.#writeTotals(target);
      case MetricKind.EXPONENTIAL:
        for (const { bound, count } of cumulativeBuckets(point, this.#limits.maxHistogramBuckets)) {
          this.#writeEvent(target, count, '', 'le', String(bound));
        }
        this.#writeEvent(target, point.count, '', 'le', INFINITY);
        return this.#writeTotals(target);
      case MetricKind.SUMMARY:
        return this.#writeSummary(target);
    }
  }

  #writeBuckets(target: EventTarget): void {
    const { bounds, counts } = this.#point;
    if (counts.length === 0 && bounds.length === 0) return;
    if (counts.length !== bounds.length + 1) {
      throw new HerculesError('INVALID_EVENT', `it has ${counts.length} buckets and ${bounds.length} bounds; expected one bound less`);
    }
    let count = 0;
    for (let i = 0; i < counts.length; i++) {
      count += counts[i]!;
      const bound = bounds[i];
      if (bound !== undefined && !Number.isFinite(bound)) {
        if (bound === Infinity && i === bounds.length - 1) continue;
        throw new HerculesError('INVALID_EVENT', `one of its bounds is ${bound}; expected finite numbers`);
      }
      this.#writeEvent(target, count, '', 'le', bound === undefined ? INFINITY : String(bound));
    }
  }

  /** A sum or an extreme that is no finite number is left out; the counts are good all the same. */
  #writeTotals(target: EventTarget): void {
    const { sum, count, min, max } = this.#point;
    if (isFiniteNumber(max)) this.#writeEvent(target, max, '_max');
    if (isFiniteNumber(min)) this.#writeEvent(target, min, '_min');
    if (isFiniteNumber(sum)) this.#writeEvent(target, sum, '_sum');
    this.#writeEvent(target, count, '_count');
  }

  /** A quantile of no measurements is NaN, and left out. */
  #writeSummary(target: EventTarget): void {
    const { quantiles, sum, count } = this.#point;
    for (let i = 0; i < quantiles.length; i += 2) {
      const value = quantiles[i + 1]!;
      if (Number.isFinite(value)) this.#writeEvent(target, value, '', 'quantile', String(quantiles[i]!));
    }
    if (isFiniteNumber(sum ?? 0)) this.#writeEvent(target, sum ?? 0, '_sum');
    this.#writeEvent(target, count, '_count');
  }

  #writeEvent(target: EventTarget, value: number, suffix = '', extraKey = '', extraText = ''): void {
    const { out } = target;
    const { buf } = this.reader;
    const point = this.#point;
    const shared = this.#shared;
    out.beginEvent();
    const payloadAt = out.beginContainer();
    out.head(VALUE);
    out.double(value);
    out.head(TAGS);
    out.reserve(4);
    out.i32(shared.count + 1 + point.tagCount + (extraKey === '' ? 0 : 1));
    shared.copyTo(out);
    if (suffix === '') writeTagBytes(out, NAME_KEY, buf, this.#name.start, this.#name.end);
    else writeTag(out, '_name', buf.toString('utf8', this.#name.start, this.#name.end) + suffix);
    out.append(point.tags);
    if (extraKey !== '') writeTag(out, extraKey, extraText);
    if (this.#unit.length > 0) {
      out.head(UNIT_TAG);
      out.string(buf, this.#unit.start, this.#unit.end);
    }
    out.endContainer(payloadAt, this.#unit.length > 0 ? 3 : 2);
    writeHead(target, point.time);
    out.endEvent(this.#limits.maxEventSizeBytes);
  }
}

function isFiniteNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}
