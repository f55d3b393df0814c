import { HerculesError, TypeCode } from '@hercules/protocol';
import type { BufferPool } from '../../buffer-pool.ts';

const COUNT_BYTES = 4;
const EVENT_VERSION = 1;
const TIMESTAMP_AT = 1;
const UUID_AT = 9;
const HEADER_BYTES = 25;
const MAX_KEY_BYTES = 255;
const MAX_TAGS = 0xffff;
const NO_BYTES = Buffer.alloc(0);
const NO_VIEW = viewOf(NO_BYTES);
/** By a byte: the two characters of its hexadecimal form. */
const HEX_PAIRS = Uint16Array.from({ length: 256 }, (_, byte) => Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE());
/** A bigint that only goes from one place to another is a register to V8: none is made. */
const WORD_BYTES = 8;
/** Up to here a loop costs less than the call into native code. */
const LOOP_BYTES = 48;
/** The same for a loop over words. */
const WORD_LOOP_BYTES = 256;
/** A buffer for pieces that grew beyond this is given back. */
const KEPT_BYTES = 262_144;
/** What a String has beside key and text, and how far copied words may go beyond the end. */
const STRING_TAG_BYTES = 6 + WORD_BYTES;
const SMALLEST_BOUNDS = 8;
/** For the size of {@link EventBuffer.bounds} at first. */
const USUAL_EVENT_BYTES = 512;

/** Bytes that are the same in every event, such as key and type of a tag, made ready to be copied word by word. */
export class Head {
  readonly length: number;
  /** Big-endian; what the last one has too much is written over by what comes next. */
  readonly words: BigInt64Array;

  constructor(...parts: readonly Buffer[]) {
    const bytes = Buffer.concat(parts);
    this.length = bytes.length;
    const padded = Buffer.concat([bytes, Buffer.alloc(WORD_BYTES)]);
    this.words = BigInt64Array.from({ length: Math.ceil(bytes.length / WORD_BYTES) }, (_, i) => padded.readBigInt64BE(i * WORD_BYTES));
  }
}

/**
 * A binary batch (protocol §6) that is written field by field, bytes from bytes, without checks of what its writer does: for converters in
 * the hot path, which know what they write. Lies in a buffer of the pool and grows.
 */
export class EventBuffer {
  buf: Buffer;
  /** Bytes written. */
  length = COUNT_BYTES;
  /** Finished events. */
  count = 0;
  /** Where each event begins, and, after {@link batch}, the last one ends. May be longer than needed. */
  bounds: Uint32Array;
  readonly #pool: BufferPool;
  readonly #maxBytes: number;
  readonly #admit: (bytes: number) => void;
  #eventStart = COUNT_BYTES;
  #view: DataView<ArrayBufferLike>;
  #source: Buffer = NO_BYTES;
  #sourceView = NO_VIEW;

  /**
   * @param initialBytes expected size
   * @param maxBytes a batch that would be longer is refused with PAYLOAD_TOO_LARGE
   * @param admit asked for memory, in bytes, before it is taken; throws when there is none
   */
  constructor(pool: BufferPool, initialBytes: number, maxBytes: number, admit: (bytes: number) => void = () => undefined) {
    this.#pool = pool;
    this.#maxBytes = maxBytes;
    this.#admit = admit;
    admit(initialBytes);
    this.buf = pool.take(initialBytes);
    this.bounds = new Uint32Array(Math.max(SMALLEST_BOUNDS, Math.ceil(initialBytes / USUAL_EVENT_BYTES)));
    this.#view = viewOf(this.buf);
  }

  /** Tells what will be copied from most, so that it goes faster: the request. */
  setSource(source: Buffer): void {
    this.#source = source;
    this.#sourceView = viewOf(source);
  }

  /** Where what was written begins, for buffers that are no batch but pieces of one. */
  get start(): number {
    return COUNT_BYTES;
  }

  /** Forgets everything that was written, and keeps the memory unless it has become much. */
  clear(): void {
    this.length = COUNT_BYTES;
    this.count = 0;
    this.#eventStart = COUNT_BYTES;
    if (this.buf.length <= KEPT_BYTES) return;
    this.#pool.give(this.buf);
    this.buf = this.#pool.take(0);
    this.#view = viewOf(this.buf);
  }

  /** The finished batch: a view, good until {@link free}. */
  batch(): Buffer {
    this.buf.writeInt32BE(this.count, 0);
    this.bounds[this.count] = this.length;
    return this.buf.subarray(0, this.length);
  }

  /** Gives the memory back. */
  free(): void {
    this.#pool.give(this.buf);
    this.buf = NO_BYTES;
    this.length = 0;
  }

  /** Begins an event; time and uuid are written to the places that {@link timestampAt} and {@link uuidAt} tell. */
  beginEvent(): void {
    this.reserve(HEADER_BYTES);
    this.#eventStart = this.length;
    // One more is kept free, for the end of the last event.
    if (this.count + 1 >= this.bounds.length) this.#growBounds();
    this.bounds[this.count] = this.length;
    this.buf[this.length] = EVENT_VERSION;
    this.length += HEADER_BYTES;
  }

  get timestampAt(): number {
    return this.#eventStart + TIMESTAMP_AT;
  }

  get uuidAt(): number {
    return this.#eventStart + UUID_AT;
  }

  /** @throws HerculesError INVALID_EVENT, and forgets the event, when it is longer than that */
  endEvent(maxEventBytes: number): void {
    const bytes = this.length - this.#eventStart;
    if (bytes > maxEventBytes) {
      this.dropEvent();
      throw new HerculesError('INVALID_EVENT', `it makes an event of ${bytes} bytes; at most ${maxEventBytes} are allowed`);
    }
    this.count++;
  }

  /** Forgets the event that was begun. */
  dropEvent(): void {
    this.length = this.#eventStart;
  }

  /** Forgets the events behind a place where {@link length} and {@link count} were these. */
  rollBack(length: number, count: number): void {
    this.length = length;
    this.count = count;
  }

  /** Makes room for so many bytes more. */
  reserve(bytes: number): void {
    if (this.length + bytes > this.buf.length) this.#grow(this.length + bytes);
  }

  /** Leaves room for the count of a container and returns where it is. */
  beginContainer(): number {
    this.reserve(2);
    const at = this.length;
    this.length += 2;
    return at;
  }

  /** @throws HerculesError INVALID_EVENT for more tags than a container can have */
  endContainer(countAt: number, tags: number): void {
    if (tags > MAX_TAGS)
      throw new HerculesError('INVALID_EVENT', `it has ${tags} attributes in one place; at most ${MAX_TAGS} are allowed`);
    this.buf[countAt] = tags >>> 8;
    this.buf[countAt + 1] = tags;
  }

  /** A key from bytes elsewhere, and the type of its value. */
  key(src: Buffer, start: number, end: number, type: number): void {
    const bytes = end - start;
    if (bytes > MAX_KEY_BYTES) {
      throw new HerculesError('INVALID_EVENT', `an attribute's key has ${bytes} bytes; at most ${MAX_KEY_BYTES} are allowed`);
    }
    this.reserve(bytes + 2);
    this.buf[this.length++] = bytes;
    this.#copyShort(src, start, end);
    this.buf[this.length++] = type;
  }

  /**
   * A whole tag of type String, most of what events are made of; fast from the source. The words that are copied may go beyond the end of key and value, where the next
   * bytes are written over them.
   * @param keyStart of a key of up to 255 bytes
   */
  stringTag(src: Buffer, keyStart: number, keyEnd: number, start: number, end: number): void {
    const keyBytes = keyEnd - keyStart;
    const bytes = end - start;
    if (src !== this.#source || bytes > WORD_LOOP_BYTES || end + WORD_BYTES > src.length) {
      this.key(src, keyStart, keyEnd, TypeCode.STRING);
      return this.string(src, start, end);
    }
    this.reserve(keyBytes + bytes + STRING_TAG_BYTES);
    const from = this.#sourceView;
    const to = this.#view;
    let at = this.length;
    to.setUint8(at++, keyBytes);
    for (let i = 0; i < keyBytes; i += WORD_BYTES) to.setBigInt64(at + i, from.getBigInt64(keyStart + i, true), true);
    at += keyBytes;
    to.setUint8(at++, TypeCode.STRING);
    to.setInt32(at, bytes);
    at += 4;
    for (let i = 0; i < bytes; i += WORD_BYTES) to.setBigInt64(at + i, from.getBigInt64(start + i, true), true);
    this.length = at + bytes;
  }

  /** Bytes that are always the same. */
  head({ words, length }: Head): void {
    this.reserve(length + WORD_BYTES);
    const to = this.#view;
    const at = this.length;
    for (let i = 0; i < words.length; i++) to.setBigInt64(at + i * WORD_BYTES, words[i]!);
    this.length = at + length;
  }

  /** A String's length and bytes. */
  string(src: Buffer, start: number, end: number): void {
    this.reserve(4 + end - start);
    this.i32(end - start);
    this.raw(src, start, end);
  }

  /** Bytes as a String of lower-case hexadecimal digits. */
  hex(src: Buffer, start: number, end: number): void {
    const bytes = end - start;
    this.reserve(4 + 2 * bytes);
    this.i32(2 * bytes);
    const to = this.#view;
    let at = this.length;
    for (let i = start; i < end; i++) {
      to.setUint16(at, HEX_PAIRS[src[i]!]!);
      at += 2;
    }
    this.length = at;
  }

  text(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.reserve(4 + bytes);
    this.i32(bytes);
    this.length += this.buf.write(text, this.length, 'utf8');
  }

  /** Room was made. */
  i32(value: number): void {
    const { buf } = this;
    const at = this.length;
    buf[at] = value >>> 24;
    buf[at + 1] = value >>> 16;
    buf[at + 2] = value >>> 8;
    buf[at + 3] = value;
    this.length = at + 4;
  }

  /** 64 bits, big-endian, from two halves. */
  i64(high: number, low: number): void {
    this.reserve(8);
    this.i32(high);
    this.i32(low);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.buf.writeDoubleBE(value, this.length);
  }

  /** Eight bytes in the opposite order: protobuf's doubles are little-endian. */
  reversed64(src: Buffer, start: number): void {
    this.reserve(8);
    const last = this.length + 7;
    for (let i = 0; i < 8; i++) this.buf[last - i] = src[start + i]!;
    this.length += 8;
  }

  u8(value: number): void {
    this.reserve(1);
    this.buf[this.length++] = value;
  }

  /** Bytes as they are; makes room. */
  raw(src: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    if (end - start <= (src === this.#source ? WORD_LOOP_BYTES : LOOP_BYTES)) this.#copyShort(src, start, end);
    else this.length += src.copy(this.buf, this.length, start, end);
  }

  /** All that another buffer has; makes room. */
  append(other: EventBuffer): void {
    const { start, length } = other;
    if (length - start < WORD_BYTES || length - start > WORD_LOOP_BYTES) return this.raw(other.buf, start, length);
    this.reserve(length - start);
    this.#copyWords(other.#view, start, length);
  }

  /** Copies eight bytes at a time: a fraction of the time of a loop over bytes, and none of the overhead of a call into native code. */
  #copyWords(from: DataView<ArrayBufferLike>, start: number, end: number): void {
    const to = this.#view;
    const at = this.length - start;
    const last = end - WORD_BYTES;
    for (let i = start; i < last; i += WORD_BYTES) to.setBigInt64(at + i, from.getBigInt64(i, true), true);
    // The last word overlaps with the one before.
    to.setBigInt64(at + last, from.getBigInt64(last, true), true);
    this.length = at + end;
  }

  #copyShort(src: Buffer, start: number, end: number): void {
    if (end - start >= WORD_BYTES && src === this.#source) return this.#copyWords(this.#sourceView, start, end);
    const { buf } = this;
    let at = this.length;
    for (let i = start; i < end; i++) buf[at++] = src[i]!;
    this.length = at;
  }

  #growBounds(): void {
    const old = this.bounds;
    this.bounds = new Uint32Array(old.length * 2);
    this.bounds.set(old);
  }

  #grow(needed: number): void {
    if (needed > this.#maxBytes) {
      throw new HerculesError('PAYLOAD_TOO_LARGE', `The events of the request take more than ${this.#maxBytes} bytes in the binary format`);
    }
    const old = this.buf;
    const wanted = Math.max(needed, 2 * old.length);
    this.#admit(wanted - old.length);
    this.buf = this.#pool.take(wanted);
    this.#view = viewOf(this.buf);
    old.copy(this.buf, 0, 0, this.length);
    this.#pool.give(old);
  }
}

/** Key and type of a tag. */
export function tagHead(key: string, type: TypeCode): Buffer {
  const bytes = Buffer.from(key, 'utf8');
  return Buffer.concat([Buffer.from([bytes.length]), bytes, Buffer.from([type])]);
}

function viewOf(buf: Buffer): DataView<ArrayBufferLike> {
  return new DataView(buf.buffer, buf.byteOffset, buf.length);
}
