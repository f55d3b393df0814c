import { HerculesError } from '@hercules/protocol';

/** Wire types of protobuf's encoding. */
export const WireType = { VARINT: 0, FIXED64: 1, LENGTH: 2, FIXED32: 5 } as const;

const TWO_32 = 0x1_0000_0000;
/** Field 1, wire type 0. */
const SMALLEST_KEY = 8;
/** From here on, the first byte of a number is not its last one. Most keys, lengths and small values have one byte: the methods for them are short enough to be inlined. */
const MANY_BYTES = 0x80;

/**
 * A cursor over protobuf bytes that makes no objects: fields are read where they stand. The last 64-bit number is in {@link low} and
 * {@link high}, or what {@link unsigned} and {@link signed} make of it. Throws INVALID_ARGUMENT for bytes that are not protobuf.
 *
 * Its fields hold nothing but 32-bit integers. One number beyond them, and V8 would keep the field as a double from then on, and every position that is
 * computed from it: half as fast.
 * Source: protobuf.dev/programming-guides/encoding.
 */
export class ProtoReader {
  buf: Buffer = Buffer.alloc(0);
  /** Next byte to read. */
  position = 0;
  /** The bits of the lower and of the upper half of what {@link varint64} or {@link fixed64} read last: negative if their first one is set. */
  low = 0;
  high = 0;

  reset(buf: Buffer, position: number): void {
    this.buf = buf;
    this.position = position;
  }

  /** The key of the next field: number × 8 + wire type. */
  key(end: number): number {
    const at = this.position;
    const byte = this.buf[at]!;
    if (byte >= SMALLEST_KEY && byte < MANY_BYTES && at < end) {
      this.position = at + 1;
      return byte;
    }
    return this.#longKey(end);
  }

  #longKey(end: number): number {
    this.varint64(end);
    const key = this.low >>> 0;
    if (this.high !== 0 || key < SMALLEST_KEY) throw this.malformed('a field has the number 0 or one that is too large');
    return key;
  }

  /** A varint of up to 64 bits, into {@link low} and {@link high}. */
  varint64(end: number): void {
    const at = this.position;
    const byte = this.buf[at]!;
    if (byte < MANY_BYTES && at < end) {
      this.position = at + 1;
      this.low = byte;
      this.high = 0;
      return;
    }
    this.#longVarint64(end);
  }

  #longVarint64(end: number): void {
    const { buf } = this;
    let byte = MANY_BYTES;
    let low = 0;
    let high = 0;
    for (let shift = 0; byte >= MANY_BYTES; shift += 7) {
      if (this.position >= end) throw this.malformed('a number ends too early');
      if (shift > 63) throw this.malformed('a number is longer than 64 bits');
      byte = buf[this.position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
    }
    this.low = low;
    this.high = high;
  }

  /** A varint read as uint32, as protobuf truncates it. */
  uint32(end: number): number {
    this.varint64(end);
    return this.low >>> 0;
  }

  bool(end: number): boolean {
    this.varint64(end);
    return this.low !== 0 || this.high !== 0;
  }

  /** A zig-zag varint read as sint32. */
  sint32(end: number): number {
    this.varint64(end);
    return (this.low >>> 1) ^ -(this.low & 1);
  }

  /** A zig-zag varint; the decoded 64 bits are in {@link low} and {@link high}. */
  sint64(end: number): void {
    this.varint64(end);
    const mask = -(this.low & 1);
    const low = ((this.low >>> 1) | (this.high << 31)) ^ mask;
    this.high = (this.high >>> 1) ^ mask;
    this.low = low;
  }

  /** Eight bytes, little-endian, into {@link low} and {@link high}. */
  fixed64(end: number): void {
    const at = this.take(8, end);
    this.low = this.buf.readInt32LE(at);
    this.high = this.buf.readInt32LE(at + 4);
  }

  /** The last 64-bit number, read as unsigned; beyond 2^53 the nearest that there is. */
  get unsigned(): number {
    return (this.high >>> 0) * TWO_32 + (this.low >>> 0);
  }

  /** The same, read as signed. */
  get signed(): number {
    return signedOf(this.high, this.low);
  }

  /** Goes past this many bytes and returns where they start. */
  take(bytes: number, end: number): number {
    const start = this.position;
    if (bytes > end - start) throw this.malformed('a field ends after its message');
    this.position = start + bytes;
    return start;
  }

  /** The end of a length-delimited field; the cursor stands at its start then. */
  lengthEnd(end: number): number {
    const start = this.position + 1;
    const byte = this.buf[start - 1]!;
    if (byte < MANY_BYTES && byte <= end - start) {
      this.position = start;
      return start + byte;
    }
    return this.#longLengthEnd(end);
  }

  #longLengthEnd(end: number): number {
    this.varint64(end);
    if (this.high !== 0 || this.low >>> 0 > end - this.position) throw this.malformed('a field ends after its message');
    return this.position + this.low;
  }

  /** Goes past a field whose key was read. */
  skip(key: number, end: number): void {
    switch (key & 7) {
      case WireType.VARINT:
        return this.varint64(end);
      case WireType.FIXED64:
        this.take(8, end);
        return;
      case WireType.LENGTH:
        this.position = this.lengthEnd(end);
        return;
      case WireType.FIXED32:
        this.take(4, end);
        return;
      default:
        throw this.malformed(`a field has the unknown wire type ${key & 7}`);
    }
  }

  /**
   * Calls back for each length-delimited field with this key of the message in [start, end), with the range of its content. The callback may move the cursor.
   */
  eachField(start: number, end: number, wanted: number, visit: (start: number, end: number) => void): void {
    let position = start;
    while (position < end) {
      this.position = position;
      const key = this.key(end);
      if (key === wanted) {
        position = this.lengthEnd(end);
        visit(this.position, position);
      } else {
        this.skip(key, end);
        position = this.position;
      }
    }
  }

  malformed(reason: string): HerculesError {
    return new HerculesError('INVALID_ARGUMENT', `The message is not valid protobuf: ${reason} (byte ${this.position})`);
  }
}

/** The number of two halves as {@link ProtoReader} has them, read as signed; beyond 2^53 the nearest that there is. */
export function signedOf(high: number, low: number): number {
  return high * TWO_32 + (low >>> 0);
}
