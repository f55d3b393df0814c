/**
 * Reads the primitive types of the Kafka protocol from a buffer (non-flexible versions). Throws a `RangeError` at the end of the bytes.
 */
export class WireReader {
  readonly buffer: Buffer;
  offset: number;

  constructor(buffer: Buffer, offset = 0) {
    this.buffer = buffer;
    this.offset = offset;
  }

  int8(): number {
    const value = this.buffer.readInt8(this.offset);
    this.offset += 1;
    return value;
  }

  int16(): number {
    const value = this.buffer.readInt16BE(this.offset);
    this.offset += 2;
    return value;
  }

  int32(): number {
    const value = this.buffer.readInt32BE(this.offset);
    this.offset += 4;
    return value;
  }

  /** INT64 as a number; offsets and timestamps of real systems are safe integers. */
  int64(): number {
    const value = this.buffer.readInt32BE(this.offset) * 0x1_0000_0000 + this.buffer.readUInt32BE(this.offset + 4);
    this.offset += 8;
    return value;
  }

  string(): string {
    return this.nullableString() ?? '';
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const start = this.skip(length);
    return this.buffer.toString('utf8', start, this.offset);
  }

  /** BYTES as a view; null becomes empty. */
  sizedBytes(): Buffer {
    const length = this.int32();
    const start = this.skip(Math.max(0, length));
    return this.buffer.subarray(start, this.offset);
  }

  /** An array; null becomes empty. */
  array<T>(read: (reader: this) => T): T[] {
    const count = this.int32();
    // Every item takes a byte at least, so a count above the bytes left is no count.
    if (count > this.buffer.length - this.offset) throw new RangeError(`an array of ${count} items is longer than its bytes`);
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read(this));
    return items;
  }

  /** Steps over bytes and gives back where they start. */
  skip(bytes: number): number {
    const start = this.offset;
    if (start + bytes > this.buffer.length) throw new RangeError(`${bytes} bytes at ${start} lie beyond the end of ${this.buffer.length}`);
    this.offset = start + bytes;
    return start;
  }
}
