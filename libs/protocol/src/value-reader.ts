import type { CheckLimits } from './check-limits.ts';
import type { ProtocolError } from './errors.ts';
import type { Container, Value, Vector, VectorElement } from './event.ts';
import { negativeLength, tooDeep, tooManyNulls, truncated, unknownType } from './format-errors.ts';
import { FIXED_SIZE, UNKNOWN_TYPE, VARIABLE_SIZE } from './fixed-size.ts';
import { TypeCode, typeNameOf } from './type-code.ts';
import { uuidFromBytes } from './uuid.ts';

/**
 * Decodes containers, vectors and values at a moving position (protocol §4, §5). Every length is compared with the bytes that are left
 * before anything is allocated by it. Finds the same faults in the same order as StructureWalker.
 */
export class ValueReader {
  readonly buf: Buffer;
  readonly end: number;
  readonly limits: CheckLimits;
  pos = 0;
  /** Elements of vectors of Null in all events so far. */
  nullsRead = 0;
  #nullsBefore = 0;
  #eventIndex = 0;

  constructor(buf: Buffer, end: number, limits: CheckLimits) {
    this.buf = buf;
    this.end = end;
    this.limits = limits;
  }

  beginEvent(eventIndex: number): void {
    this.#eventIndex = eventIndex;
    this.#nullsBefore = this.nullsRead;
  }

  /** @throws ProtocolError unless `bytes` more bytes are there */
  need(bytes: number, what: string): void {
    const left = this.end - this.pos;
    if (left < bytes) throw truncated(what, bytes, Math.max(left, 0), this.#eventIndex, this.pos);
  }

  /** @param depth 0 for the payload */
  container(depth: number): Container {
    this.#checkDepth(depth);
    this.need(2, 'a tag count');
    const count = this.buf.readUInt16BE(this.pos);
    this.pos += 2;
    const tags = new Map<string, Value>();
    for (let i = 0; i < count; i++) {
      const key = this.#key();
      this.need(1, 'a type code');
      const type = this.buf[this.pos++]!;
      tags.set(key, this.#value(type, depth));
    }
    return tags;
  }

  #key(): string {
    this.need(1, 'a key');
    const length = this.buf[this.pos]!;
    this.pos++;
    this.need(length, 'a key');
    const key = this.buf.toString('utf8', this.pos, this.pos + length);
    this.pos += length;
    return key;
  }

  #value(type: number, depth: number): Value {
    const size = FIXED_SIZE[type]!;
    if (size === UNKNOWN_TYPE) throw this.#unknownType(type);
    if (size !== VARIABLE_SIZE) this.need(size, 'a value');
    switch (type) {
      case TypeCode.CONTAINER:
        return { type: 'container', value: this.container(depth + 1) };
      case TypeCode.BYTE:
      case TypeCode.SHORT:
      case TypeCode.INTEGER:
      case TypeCode.FLOAT:
      case TypeCode.DOUBLE:
        return { type: typeNameOf(type) as 'byte' | 'short' | 'integer' | 'float' | 'double', value: this.#fixed(type, size) as number };
      case TypeCode.LONG:
        return { type: 'long', value: this.#fixed(type, size) as bigint };
      case TypeCode.FLAG:
        return { type: 'flag', value: this.#fixed(type, size) as boolean };
      case TypeCode.STRING:
        return { type: 'string', value: this.#string() };
      case TypeCode.UUID:
        return { type: 'uuid', value: this.#fixed(type, size) as string };
      case TypeCode.VECTOR:
        return { type: 'vector', value: this.#vector(depth + 1) };
      default:
        return { type: 'null', value: null };
    }
  }

  /** A value of fixed size; the bytes have been found to be there. */
  #fixed(type: number, size: number): VectorElement {
    const at = this.pos;
    this.pos += size;
    switch (type) {
      case TypeCode.BYTE:
        return this.buf[at]!;
      case TypeCode.SHORT:
        return this.buf.readInt16BE(at);
      case TypeCode.INTEGER:
        return this.buf.readInt32BE(at);
      case TypeCode.FLOAT:
        return this.buf.readFloatBE(at);
      case TypeCode.DOUBLE:
        return this.buf.readDoubleBE(at);
      case TypeCode.LONG:
        return this.buf.readBigInt64BE(at);
      case TypeCode.FLAG:
        return this.buf[at] !== 0;
      case TypeCode.UUID:
        return uuidFromBytes(this.buf, at);
      default:
        return null;
    }
  }

  #string(): string {
    const length = this.#length('string');
    this.need(length, 'a string');
    const text = this.buf.toString('utf8', this.pos, this.pos + length);
    this.pos += length;
    return text;
  }

  #length(what: 'string' | 'vector'): number {
    this.need(4, `a ${what} length`);
    const length = this.buf.readInt32BE(this.pos);
    if (length < 0) throw negativeLength(what, length, this.#eventIndex, this.pos);
    this.pos += 4;
    return length;
  }

  #vector(depth: number): Vector {
    this.#checkDepth(depth);
    this.need(1, 'an element type');
    const type = this.buf[this.pos++]!;
    const size = FIXED_SIZE[type]!;
    const elementType = typeNameOf(type);
    if (elementType === undefined) throw this.#unknownType(type);
    const length = this.#length('vector');
    if (type === TypeCode.NULL) this.#countNulls(length);
    else if (size !== VARIABLE_SIZE) this.need(length * size, 'vector elements');
    if (type === TypeCode.BYTE) {
      const bytes = Buffer.from(this.buf.subarray(this.pos, this.pos + length));
      this.pos += length;
      return { elementType, elements: bytes };
    }
    const elements: VectorElement[] = [];
    for (let i = 0; i < length; i++) {
      if (size !== VARIABLE_SIZE) elements.push(this.#fixed(type, size));
      else if (type === TypeCode.STRING) elements.push(this.#string());
      else if (type === TypeCode.CONTAINER) elements.push(this.container(depth + 1));
      else elements.push(this.#vector(depth + 1));
    }
    return { elementType, elements };
  }

  #countNulls(length: number): void {
    this.nullsRead += length;
    const { maxNullVectorLength } = this.limits;
    if (this.nullsRead - this.#nullsBefore > maxNullVectorLength) {
      throw tooManyNulls(maxNullVectorLength, this.#eventIndex, this.pos - 4);
    }
  }

  #unknownType(type: number): ProtocolError {
    return unknownType(type, this.#eventIndex, this.pos - 1);
  }

  #checkDepth(depth: number): void {
    if (depth > this.limits.maxDepth) throw tooDeep(this.limits.maxDepth, this.#eventIndex, this.pos);
  }
}
