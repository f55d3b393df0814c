import { HerculesError } from '@hercules/protocol';
import { type AggregateCodec, QuantileSketch } from '@hercules/streaming';
import type { AggregateFunction } from './aggregation.ts';

/** All that any function needs of the values of one metric in one bucket. */
export class MetricAggregate {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  /** Ticks of the newest value (nearest double), and the value. Of two at the same time the greater counts. */
  lastTicks = -Infinity;
  last = 0;
  /** Only for percentiles. */
  sketch: QuantileSketch | undefined;

  add(value: number, ticks: number, isSketched: boolean): void {
    this.count++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.#take(ticks, value);
    if (isSketched) (this.sketch ??= new QuantileSketch()).add(value);
  }

  merge(part: MetricAggregate): void {
    this.count += part.count;
    this.sum += part.sum;
    this.min = Math.min(this.min, part.min);
    this.max = Math.max(this.max, part.max);
    this.#take(part.lastTicks, part.last);
    if (part.sketch !== undefined) (this.sketch ??= new QuantileSketch()).merge(part.sketch);
  }

  /** @param quantile of percentiles */
  value(name: AggregateFunction, quantile = 0): number {
    switch (name) {
      case 'max':
        return this.max;
      case 'min':
        return this.min;
      case 'avg':
        return this.sum / this.count;
      case 'sum':
        return this.sum;
      case 'count':
        return this.count;
      case 'last':
        return this.last;
      case 'percentiles':
        return this.sketch?.quantile(quantile) ?? NaN;
    }
  }

  #take(ticks: number, value: number): void {
    if (ticks < this.lastTicks || (ticks === this.lastTicks && value < this.last)) return;
    this.lastTicks = ticks;
    this.last = value;
  }
}

const FIELDS = ['count', 'sum', 'min', 'max', 'lastTicks', 'last'] as const;
const FIXED_BYTES = FIELDS.length * 8;

/** Six doubles, then the bytes of the sketch if there is one. */
export const metricAggregateCodec: AggregateCodec<MetricAggregate> = {
  create: () => new MetricAggregate(),
  encode(aggregate) {
    const sketch = aggregate.sketch?.encode();
    const bytes = Buffer.allocUnsafe(FIXED_BYTES + (sketch?.length ?? 0));
    FIELDS.forEach((field, i) => bytes.writeDoubleBE(aggregate[field], i * 8));
    sketch?.copy(bytes, FIXED_BYTES);
    return bytes;
  },
  decode(bytes, start, end) {
    if (end - start < FIXED_BYTES) {
      throw new HerculesError('INVALID_ARGUMENT', `expected at least ${FIXED_BYTES} bytes of an aggregate, got ${end - start}`);
    }
    const aggregate = new MetricAggregate();
    FIELDS.forEach((field, i) => (aggregate[field] = bytes.readDoubleBE(start + i * 8)));
    if (end - start > FIXED_BYTES) aggregate.sketch = QuantileSketch.decode(bytes, start + FIXED_BYTES, end);
    return aggregate;
  },
  merge: (into, part) => into.merge(part),
};
