import { ProtocolError } from './errors.ts';
import { writeUuid } from './uuid.ts';

const MAX_KEY_BYTES = 255;
const MAX_INT32 = 0x7fff_ffff;
/** Texts up to this many characters, or bytes, are written here, longer ones by Node: the call into native code pays off from about here. */
const SHORT_TEXT_CHARS = 48;

/**
 * A growing buffer with the primitives of the format (protocol §1), all big-endian. A value that its field cannot hold is refused with
 * ProtocolError `bad-value`, and nothing of it is written.
 */
export class WireBuffer {
  buffer: Buffer;
  length = 0;
  /** Of the same bytes: its setters compile to single instructions, those of Buffer do not. */
  #view: DataView;

  constructor(initialBytes = 1024) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes);
    this.#view = viewOf(this.buffer);
  }

  /** Makes room for `bytes` more. */
  ensure(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
    this.#view = viewOf(grown);
  }

  u8(value: number): void {
    checkInteger('an unsigned byte', value, 0, 0xff);
    this.ensure(1);
    this.buffer[this.length++] = value;
  }

  u16(value: number): void {
    checkInteger('a count', value, 0, 0xffff);
    this.ensure(2);
    this.#view.setUint16(this.length, value);
    this.length += 2;
  }

  i16(value: number): void {
    checkInteger('a short', value, -0x8000, 0x7fff);
    this.ensure(2);
    this.#view.setInt16(this.length, value);
    this.length += 2;
  }

  i32(value: number): void {
    checkInteger('an integer', value, -0x8000_0000, MAX_INT32);
    this.ensure(4);
    this.#view.setInt32(this.length, value);
    this.length += 4;
  }

  i64(value: bigint): void {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw badValue('a bigint of 64 bits', value);
    this.ensure(8);
    this.#view.setBigInt64(this.length, value);
    this.length += 8;
  }

  f32(value: number): void {
    if (typeof value !== 'number') throw badValue('a number', value);
    this.ensure(4);
    this.#view.setFloat32(this.length, value);
    this.length += 4;
  }

  f64(value: number): void {
    if (typeof value !== 'number') throw badValue('a number', value);
    this.ensure(8);
    this.#view.setFloat64(this.length, value);
    this.length += 8;
  }

  flag(value: boolean): void {
    if (typeof value !== 'boolean') throw badValue('true or false', value);
    this.ensure(1);
    this.buffer[this.length++] = value ? 1 : 0;
  }

  /** @param value its text, or its 16 bytes */
  uuid(value: string | Buffer): void {
    this.ensure(16);
    if (typeof value === 'string') writeUuid(value, this.buffer, this.length);
    else if (Buffer.isBuffer(value) && value.length === 16) value.copy(this.buffer, this.length);
    else throw badValue('a uuid of 16 bytes', value);
    this.length += 16;
  }

  /** A text behind its length in one byte; refused above 255 bytes of UTF-8 (protocol §4). */
  key(text: string): void {
    if (typeof text !== 'string') throw badValue('a key', text);
    if (text.length > MAX_KEY_BYTES) throw keyTooLong();
    this.ensure(1 + text.length * 3);
    const bytes = this.#writeText(text, this.length + 1);
    if (bytes > MAX_KEY_BYTES) throw keyTooLong();
    this.buffer[this.length] = bytes;
    this.length += 1 + bytes;
  }

  /** A text behind its length in four bytes. */
  string(text: string): void {
    if (typeof text !== 'string') throw badValue('a string', text);
    // Three bytes a character are enough for any text; for long ones counting first costs less than the room would.
    const room = text.length <= 65_536 ? text.length * 3 : Buffer.byteLength(text);
    if (room > MAX_INT32) throw badValue(`a string of at most ${MAX_INT32} bytes`, `${room} bytes`);
    this.ensure(4 + room);
    const bytes = this.#writeText(text, this.length + 4);
    this.#view.setInt32(this.length, bytes);
    this.length += 4 + bytes;
  }

  raw(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const count = end - start;
    this.ensure(count);
    if (count <= SHORT_TEXT_CHARS) {
      const { buffer, length } = this;
      for (let i = 0; i < count; i++) buffer[length + i] = bytes[start + i]!;
    } else {
      this.buffer.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.length);
    }
    this.length += count;
  }

  /** @returns the bytes written so far: a view that is good until the next write */
  bytes(start = 0): Buffer {
    return this.buffer.subarray(start, this.length);
  }

  /** Writes UTF-8 at `at`, where there is room; lone surrogates become U+FFFD. @returns the number of bytes */
  #writeText(text: string, at: number): number {
    const { length } = text;
    if (length <= SHORT_TEXT_CHARS) {
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) break;
        this.buffer[at + i] = code;
      }
      if (i === length) return length;
    }
    return this.buffer.write(text, at, 'utf8');
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

export function badValue(expected: string, found: unknown): ProtocolError {
  return new ProtocolError('bad-value', `expected ${expected}, but it is ${describe(found)}`, -1, -1);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'without a prototype'})`;
  return `${String(value)} (${typeof value})`;
}

function keyTooLong(): ProtocolError {
  return new ProtocolError('bad-value', `expected a key of at most ${MAX_KEY_BYTES} bytes of UTF-8, but it is longer`, -1, -1);
}

function checkInteger(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw badValue(`${what} from ${min} to ${max}`, value);
}
