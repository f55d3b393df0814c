import type { ByteSink } from '@hercules/protocol';
import type { MetricEncoder } from './metric-encoder.ts';
import type { MetricNameWriter } from './metric-name.ts';
import type { MetricReader } from './metric-reader.ts';

const LENGTH_BYTES = 4;
/** Carbon closes the connection at 1 MiB; a list of some hundred points is what its own relay sends. */
const LIST_BYTES = 64 * 1024;
/** PROTO 2, EMPTY_LIST, MARK */
const LIST_START = Buffer.from([0x80, 0x02, 0x5d, 0x28]);
/** APPENDS, STOP */
const LIST_END = Buffer.from([0x65, 0x2e]);
const BINUNICODE = 0x58;
const LONG1 = 0x8a;
const BINFLOAT = 0x47;
const TUPLE2 = 0x86;
const LONG_BYTES = 8;
const TWO_POW_32 = 2 ** 32;

/**
 * Carbon's pickle protocol: an i32 length and a pickled list of `(name, (seconds, value))` (PEP 307, protocol 2). About a third of the work of
 * lines for carbon. The value is the double itself.
 */
export class PickleEncoder implements MetricEncoder {
  readonly #names: MetricNameWriter;
  #listAt = -1;

  constructor(names: MetricNameWriter) {
    this.#names = names;
  }

  add(out: ByteSink, buffer: Buffer, metric: MetricReader): void {
    if (this.#listAt >= 0 && out.length - this.#listAt > LIST_BYTES) this.finish(out);
    if (this.#listAt < 0) this.#begin(out);
    out.ensure(1 + LENGTH_BYTES);
    out.buffer[out.length] = BINUNICODE;
    const nameAt = (out.length += 1 + LENGTH_BYTES);
    this.#names.write(buffer, metric, out);
    out.buffer.writeUInt32LE(out.length - nameAt, nameAt - LENGTH_BYTES);
    out.ensure(2 + LONG_BYTES + 1 + 8 + 2);
    const target = out.buffer;
    target[out.length++] = LONG1;
    target[out.length++] = LONG_BYTES;
    const high = Math.floor(metric.seconds / TWO_POW_32);
    target.writeUInt32LE(metric.seconds - high * TWO_POW_32, out.length);
    out.length = target.writeInt32LE(high, out.length + 4);
    target[out.length++] = BINFLOAT;
    out.length = target.writeDoubleBE(metric.value, out.length);
    target[out.length++] = TUPLE2;
    target[out.length++] = TUPLE2;
  }

  finish(out: ByteSink): void {
    if (this.#listAt < 0) return;
    out.ensure(LIST_END.length);
    out.length += LIST_END.copy(out.buffer, out.length);
    out.buffer.writeUInt32BE(out.length - this.#listAt, this.#listAt - LENGTH_BYTES);
    this.#listAt = -1;
  }

  reset(): void {
    this.#listAt = -1;
  }

  #begin(out: ByteSink): void {
    out.ensure(LENGTH_BYTES + LIST_START.length);
    this.#listAt = out.length + LENGTH_BYTES;
    out.length = this.#listAt + LIST_START.copy(out.buffer, this.#listAt);
  }
}
