import type { ByteSink } from '@hercules/protocol';
import type { MetricEncoder } from './metric-encoder.ts';
import type { MetricNameWriter } from './metric-name.ts';
import type { MetricReader } from './metric-reader.ts';
import { writeMetricValue, writeWhole } from './metric-value.ts';

const SPACE = 0x20;
const LINE_FEED = 0x0a;
const MINUS = 0x2d;
const MOST_SECONDS_BYTES = 20;

/** Graphite's plaintext protocol: `<name> <value> <unix seconds>\n`. */
export class LineEncoder implements MetricEncoder {
  readonly #names: MetricNameWriter;

  constructor(names: MetricNameWriter) {
    this.#names = names;
  }

  add(out: ByteSink, buffer: Buffer, metric: MetricReader): void {
    this.#names.write(buffer, metric, out);
    out.ensure(1);
    out.buffer[out.length++] = SPACE;
    writeMetricValue(metric.value, out);
    out.ensure(MOST_SECONDS_BYTES);
    out.buffer[out.length++] = SPACE;
    if (metric.seconds < 0) out.buffer[out.length++] = MINUS;
    writeWhole(Math.abs(metric.seconds), out);
    out.buffer[out.length++] = LINE_FEED;
  }

  finish(): void {
    // Every line ends itself.
  }

  reset(): void {
    // Lines do not depend on each other.
  }
}
