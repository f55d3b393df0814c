/**
 * Writes the primitive types of the Kafka protocol (Kafka documentation, "Protocol Primitive Types"; non-flexible versions) into a buffer
 * that grows. 64-bit numbers are given as safe JavaScript integers.
 */
export class WireWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 256) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  /** The bytes written so far, as a view. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  int8(value: number): this {
    this.#length = this.#room(1).writeInt8(value, this.#length);
    return this;
  }

  int16(value: number): this {
    this.#length = this.#room(2).writeInt16BE(value, this.#length);
    return this;
  }

  int32(value: number): this {
    this.#length = this.#room(4).writeInt32BE(value, this.#length);
    return this;
  }

  int64(value: number): this {
    const high = Math.floor(value / 0x1_0000_0000);
    const buffer = this.#room(8);
    buffer.writeInt32BE(high, this.#length);
    buffer.writeUInt32BE(value - high * 0x1_0000_0000, this.#length + 4);
    this.#length += 8;
    return this;
  }

  string(value: string): this {
    const bytes = Buffer.byteLength(value);
    this.int16(bytes);
    this.#room(bytes).write(value, this.#length);
    this.#length += bytes;
    return this;
  }

  nullableString(value: string | null): this {
    return value === null ? this.int16(-1) : this.string(value);
  }

  /** BYTES: an int32 length and the bytes. */
  sizedBytes(value: Buffer): this {
    this.int32(value.length);
    value.copy(this.#room(value.length), this.#length);
    this.#length += value.length;
    return this;
  }

  /** An int32 count, then each item by `write`. */
  array<T>(items: readonly T[], write: (writer: this, item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(this, item);
    return this;
  }

  #room(bytes: number): Buffer {
    if (this.#length + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}
