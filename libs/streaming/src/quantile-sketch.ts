import { HerculesError } from '@hercules/protocol';
import { SketchBins } from './sketch-bins.ts';

/** A quantile differs from the true value by at most this part of it. */
export const SKETCH_ACCURACY = 0.01;
const GAMMA = (1 + SKETCH_ACCURACY) / (1 - SKETCH_ACCURACY);
const LOG_GAMMA = Math.log(GAMMA);
/** What is nearer to zero counts as zero. */
const SMALLEST = 1e-9;
/** Of 53 bits. */
const MOST_VARINT_BYTES = 8;

/**
 * Quantiles of a stream of numbers with a relative error of 1 %, in at most 2 × 2048 bins. Sketches of parts merge into exactly the sketch of the whole, in any order
 * (DDSketch: Masson, Rim, Lee, "DDSketch: A fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019).
 */
export class QuantileSketch {
  readonly #positive = new SketchBins();
  /** Made when it is needed: durations and most metrics have none. */
  #negative: SketchBins | undefined;
  #zeros = 0;

  get count(): number {
    return this.#positive.total + (this.#negative?.total ?? 0) + this.#zeros;
  }

  /** @param value finite */
  add(value: number, count = 1): void {
    if (value > SMALLEST) this.#positive.add(binOf(value), count);
    else if (value < -SMALLEST) (this.#negative ??= new SketchBins()).add(binOf(-value), count);
    else this.#zeros += count;
  }

  /** @param share how much the other's values count; such a sketch cannot be encoded */
  merge(other: QuantileSketch, share = 1): void {
    this.#positive.merge(other.#positive, share);
    if (other.#negative !== undefined) (this.#negative ??= new SketchBins()).merge(other.#negative, share);
    this.#zeros += other.#zeros * share;
  }

  /** @param q 0 to 1 @returns NaN when the sketch is empty */
  quantile(q: number): number {
    const { count } = this;
    if (count === 0) return NaN;
    let rank = Math.max(0, Math.floor(q * (count - 1)));
    const negative = this.#negative;
    if (negative !== undefined) {
      if (rank < negative.total) return -valueOf(negative.binOfRank(negative.total - 1 - rank));
      rank -= negative.total;
    }
    if (rank < this.#zeros) return 0;
    return valueOf(this.#positive.binOfRank(rank - this.#zeros));
  }

  /** Zeros, then of the positive and the negative bins their number and for each the distance from the one before (zigzag) and its count; all varints. */
  encode(): Buffer {
    const writer = VARINTS;
    writer.begin();
    writer.put(this.#zeros);
    writeBins(writer, this.#positive);
    writeBins(writer, this.#negative);
    return writer.bytes();
  }

  /** @throws HerculesError INVALID_ARGUMENT for bytes that are not those of a sketch */
  static decode(bytes: Buffer, start = 0, end = bytes.length): QuantileSketch {
    const sketch = new QuantileSketch();
    const reader = new VarintReader(bytes, start, end);
    sketch.#zeros = reader.next();
    readBins(reader, () => sketch.#positive);
    readBins(reader, () => (sketch.#negative ??= new SketchBins()));
    return sketch;
  }
}

function readBins(reader: VarintReader, bins: () => SketchBins): void {
  let bin = 0;
  for (let left = reader.next(); left > 0; left--) {
    const step = reader.next();
    bin += step % 2 === 1 ? -(step + 1) / 2 : step / 2;
    bins().add(bin, reader.next());
  }
}

function binOf(value: number): number {
  return Math.ceil(Math.log(value) / LOG_GAMMA);
}

/** The middle of a bin, in the sense that both of its ends are equally far in proportion. */
function valueOf(bin: number): number {
  return (2 * GAMMA ** bin) / (GAMMA + 1);
}

function writeBins(writer: VarintWriter, bins: SketchBins | undefined): void {
  let used = 0;
  bins?.forEach(() => used++);
  writer.put(used);
  let last = 0;
  bins?.forEach((bin, count) => {
    const step = bin - last;
    writer.put(step < 0 ? -step * 2 - 1 : step * 2);
    writer.put(count);
    last = bin;
  });
}

/** Numbers from 0 as varints, into a buffer that is used again. */
class VarintWriter {
  #buffer = Buffer.allocUnsafe(1024);
  #length = 0;

  begin(): void {
    this.#length = 0;
  }

  put(value: number): void {
    if (this.#length + MOST_VARINT_BYTES > this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer], this.#buffer.length * 2);
    while (value >= 0x80) {
      this.#buffer[this.#length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.#buffer[this.#length++] = value;
  }

  /** A copy of what was written. */
  bytes(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }
}

/** Encoding is done in one go, so that one writer serves all sketches. */
const VARINTS = new VarintWriter();

class VarintReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  next(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      if (this.#at >= this.#end || factor > 2 ** 49)
        throw new HerculesError('INVALID_ARGUMENT', `expected a sketch, but it breaks at byte ${this.#at}`);
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
}
