import type { ByteSink } from '../byte-sink.ts';
import { FIXED_SIZE, VARIABLE_SIZE } from '../fixed-size.ts';
import { int32 } from '../int32.ts';
import { TypeCode } from '../type-code.ts';
import { floatingLiteral, shortestFloat } from './floating-text.ts';
import { writeAscii, writeBase64String, writeInteger, writeLong, writeUuidString } from './json-bytes.ts';
import type { JsonText } from './json-text.ts';
import type { KeyTable } from './key-table.ts';

const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/**
 * Writes the plain rendering of values (protocol §9.1) from their bytes, whose structure has been checked before. What plain-json.ts says is
 * the rule; this is the same without objects.
 */
export class PlainBytes {
  /** A container had a key twice, or one that is no UTF-8: what has been written is of no use. The caller resets it. */
  isUnusual = false;
  readonly #keys: KeyTable;
  readonly #text: JsonText;
  /** Keys of the containers that are being written, the innermost at the end. */
  #open = new Int32Array(256);
  #openCount = 0;
  #lastSeen = new Int32Array(1024);
  #container = 0;

  constructor(keys: KeyTable, text: JsonText) {
    this.#keys = keys;
    this.#text = text;
  }

  /**
   * @param pos of the value, behind its type code
   * @param parent the number of the key that it has, 0 for none
   * @returns the position behind the value
   */
  write(type: number, buf: Buffer, pos: number, parent: number, out: ByteSink): number {
    switch (type) {
      case TypeCode.STRING: {
        const end = pos + 4 + int32(buf, pos);
        this.#text.write(buf, pos + 4, end, out);
        return end;
      }
      case TypeCode.CONTAINER:
        return this.#writeContainer(buf, pos, parent, out);
      case TypeCode.VECTOR:
        return this.#writeVector(buf, pos, parent, out);
      default:
        writeFixed(type, buf, pos, out);
        return pos + FIXED_SIZE[type]!;
    }
  }

  #writeContainer(buf: Buffer, pos: number, parent: number, out: ByteSink): number {
    const keys = this.#keys;
    const firstKey = this.#openCount;
    const begin = out.length;
    let tagsLeft = (buf[pos]! << 8) | buf[pos + 1]!;
    pos += 2;
    let key = 0;
    for (let isFirst = true; tagsLeft > 0; tagsLeft--, isFirst = false) {
      key = isFirst ? keys.firstOf(parent, buf, pos) : keys.after(key, buf, pos);
      if (key === 0) this.isUnusual = true;
      this.#push(key);
      keys.writeLiteral(key, out);
      const typeAt = pos + 1 + buf[pos]!;
      pos = this.write(buf[typeAt]!, buf, typeAt + 1, key, out);
    }
    closeObject(begin, out);
    this.#checkRepeated(firstKey);
    return pos;
  }

  #push(key: number): void {
    if (this.#openCount === this.#open.length) this.#open = grownTo(this.#open, this.#openCount * 2);
    this.#open[this.#openCount++] = key;
  }

  /** Containers below have come between the keys of this one, so it is looked at when all are known. */
  #checkRepeated(firstKey: number): void {
    if (this.#lastSeen.length <= this.#keys.size) this.#lastSeen = grownTo(this.#lastSeen, this.#keys.size * 2);
    if (++this.#container === 0x7fff_ffff) {
      this.#container = 1;
      this.#lastSeen.fill(0);
    }
    const lastSeen = this.#lastSeen;
    for (let i = firstKey; i < this.#openCount; i++) {
      const key = this.#open[i]!;
      if (lastSeen[key] === this.#container) this.isUnusual = true;
      lastSeen[key] = this.#container;
    }
    this.#openCount = firstKey;
  }

  #writeVector(buf: Buffer, pos: number, parent: number, out: ByteSink): number {
    const type = buf[pos]!;
    const length = int32(buf, pos + 1);
    pos += 5;
    if (type === TypeCode.BYTE) {
      writeBase64String(buf, pos, pos + length, out);
      return pos + length;
    }
    out.ensure(2);
    out.buffer[out.length++] = OPEN_LIST;
    for (let i = 0; i < length; i++) {
      if (i > 0) {
        out.ensure(1);
        out.buffer[out.length++] = COMMA;
      }
      pos = this.write(type, buf, pos, parent, out);
    }
    out.ensure(1);
    out.buffer[out.length++] = CLOSE_LIST;
    return pos;
  }
}

/** Members have been written from `begin`, each after a comma: makes an object of them. */
export function closeObject(begin: number, out: ByteSink): void {
  out.ensure(2);
  out.buffer[begin] = OPEN_OBJECT;
  if (out.length === begin) out.length++;
  out.buffer[out.length++] = CLOSE_OBJECT;
}

function writeFixed(type: number, buf: Buffer, pos: number, out: ByteSink): void {
  switch (type) {
    case TypeCode.BYTE:
      writeInteger((buf[pos]! << 24) >> 24, out);
      return;
    case TypeCode.SHORT:
      writeInteger(((buf[pos]! << 24) | (buf[pos + 1]! << 16)) >> 16, out);
      return;
    case TypeCode.INTEGER:
      writeInteger(int32(buf, pos), out);
      return;
    case TypeCode.LONG:
      writeLong(buf, pos, out);
      return;
    case TypeCode.FLAG:
      writeAscii(buf[pos] === 0 ? 'false' : 'true', out);
      return;
    case TypeCode.FLOAT:
      writeFloating(shortestFloat(buf.readFloatBE(pos)), out);
      return;
    case TypeCode.DOUBLE:
      writeFloating(buf.readDoubleBE(pos), out);
      return;
    case TypeCode.UUID:
      writeUuidString(buf, pos, out);
      return;
    default:
      writeAscii('null', out);
  }
}

function writeFloating(value: number, out: ByteSink): void {
  writeAscii(Number.isFinite(value) ? floatingLiteral(value) : `"${value}"`, out);
}

function grownTo(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

/** Passes over a value whose structure has been checked. @returns the position behind it */
export function passChecked(type: number, buf: Buffer, pos: number): number {
  const size = FIXED_SIZE[type]!;
  if (size !== VARIABLE_SIZE) return pos + size;
  if (type === TypeCode.STRING) return pos + 4 + int32(buf, pos);
  if (type === TypeCode.CONTAINER) {
    let tagsLeft = (buf[pos]! << 8) | buf[pos + 1]!;
    pos += 2;
    for (; tagsLeft > 0; tagsLeft--) {
      const typeAt = pos + 1 + buf[pos]!;
      pos = passChecked(buf[typeAt]!, buf, typeAt + 1);
    }
    return pos;
  }
  const elementType = buf[pos]!;
  const elementSize = FIXED_SIZE[elementType]!;
  let length = int32(buf, pos + 1);
  pos += 5;
  if (elementSize !== VARIABLE_SIZE) return pos + length * elementSize;
  for (; length > 0; length--) pos = passChecked(elementType, buf, pos);
  return pos;
}
