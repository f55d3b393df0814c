const LENGTH = 2;
/** Bytes of a 64-bit varint. */
const MAX_VARINT_BYTES = 10;
const KEPT_BYTES = 1_048_576;

/** Writes protobuf fields one after another into memory that grows. */
export class ProtoWriter {
  /** Bytes written; may be set back. */
  length = 0;
  #buf: Buffer;

  constructor(initialBytes: number) {
    this.#buf = Buffer.allocUnsafe(Math.max(initialBytes, 256));
  }

  /** What was written: a view. */
  bytes(): Buffer {
    return this.#buf.subarray(0, this.length);
  }

  /** Forgets what was written, and keeps the memory unless it has become much. */
  clear(): void {
    this.length = 0;
    if (this.#buf.length > KEPT_BYTES) this.#buf = Buffer.allocUnsafe(KEPT_BYTES);
  }

  key(number: number, wireType: number): void {
    this.#small(number * 8 + wireType);
  }

  varint(value: bigint): void {
    this.#reserve(MAX_VARINT_BYTES);
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.#buf[this.length++] = Number(rest & 0x7fn) | 0x80;
    this.#buf[this.length++] = Number(rest);
  }

  double(value: number): void {
    this.#reserve(8);
    this.length = this.#buf.writeDoubleLE(value, this.length);
  }

  fixed64(value: bigint): void {
    this.#reserve(8);
    this.length = this.#buf.writeBigUInt64LE(value, this.length);
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.length = this.#buf.writeUInt32LE(value, this.length);
  }

  lengthAnd(bytes: Buffer): void {
    this.#small(bytes.length);
    this.#reserve(bytes.length);
    this.length += bytes.copy(this.#buf, this.length);
  }

  /** The length of a range of bytes, and the bytes. */
  lengthAndRange(src: Buffer, start: number, end: number): void {
    this.#small(end - start);
    this.#reserve(end - start);
    this.length += src.copy(this.#buf, this.length, start, end);
  }

  /** Begins a length-delimited field whose length is not known yet; most are short, so one byte is left for it. @returns what {@link endMessage} wants */
  beginMessage(number: number): number {
    this.key(number, LENGTH);
    this.#reserve(1);
    return ++this.length;
  }

  /** Puts the length before what was written since. */
  endMessage(start: number): void {
    const bytes = this.length - start;
    if (bytes < 0x80) {
      this.#buf[start - 1] = bytes;
      return;
    }
    let moreBytes = 0;
    for (let rest = bytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) moreBytes++;
    this.#reserve(moreBytes);
    this.#buf.copyWithin(start + moreBytes, start, this.length);
    this.length = start - 1;
    this.#small(bytes);
    this.length += bytes;
  }

  #small(value: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#buf[this.length++] = (rest % 0x80) | 0x80;
    this.#buf[this.length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.#buf.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.length + bytes, this.#buf.length * 2));
    this.#buf.copy(grown, 0, 0, this.length);
    this.#buf = grown;
  }
}
