import type { CheckLimits } from './check-limits.ts';
import { FIXED_SIZE, UNKNOWN_TYPE, VARIABLE_SIZE } from './fixed-size.ts';
import { negativeLength, tooDeep, tooManyNulls, truncated, unknownType } from './format-errors.ts';
import { TypeCode } from './type-code.ts';

/**
 * Steps over containers, vectors and values without building anything. It consumes exactly the bytes that the reader consumes and finds the
 * same faults in the same order, because both go through the fields in wire order (protocol §4, §5, §8). Recursion is bounded by the depth
 * limit; a step costs time in proportion to the bytes that it passes.
 *
 * All methods take the buffer, the position of the thing to pass and the end that must not be crossed (0 ≤ pos ≤ end ≤ buf.length), and
 * return the position behind it. They throw ProtocolError only.
 */
export class StructureWalker {
  readonly #maxDepth: number;
  readonly #maxNulls: number;
  #nullsLeft = 0;
  #eventIndex = 0;

  constructor(limits: CheckLimits) {
    this.#maxDepth = limits.maxDepth;
    this.#maxNulls = limits.maxNullVectorLength;
  }

  /** Starts a new event: its index goes into errors, and the bound on nulls is for each event. */
  beginEvent(eventIndex: number): void {
    this.#eventIndex = eventIndex;
    this.#nullsLeft = this.#maxNulls;
  }

  /** @param depth 0 for the payload */
  passContainer(buf: Buffer, pos: number, end: number, depth: number): number {
    if (depth > this.#maxDepth) throw tooDeep(this.#maxDepth, this.#eventIndex, pos);
    if (end - pos < 2) throw truncated('a tag count', 2, end - pos, this.#eventIndex, pos);
    let tagsLeft = (buf[pos]! << 8) | buf[pos + 1]!;
    pos += 2;
    while (tagsLeft-- > 0) {
      const typeAt = this.passKey(buf, pos, end);
      const type = buf[typeAt]!;
      const size = FIXED_SIZE[type]!;
      pos = typeAt + 1;
      if (size <= 16) {
        if (size > end - pos) throw truncated('a value', size, end - pos, this.#eventIndex, pos);
        pos += size;
      } else if (type === TypeCode.STRING) pos = this.#passString(buf, pos, end);
      else pos = this.#passNested(buf, pos, end, type, depth + 1);
    }
    return pos;
  }

  /** Passes a key. @returns the position of the type code, which is within the bounds */
  passKey(buf: Buffer, pos: number, end: number): number {
    if (pos >= end) throw truncated('a key', 1, 0, this.#eventIndex, pos);
    const typeAt = pos + 1 + buf[pos]!;
    if (typeAt >= end) this.#failKey(buf, pos, end);
    return typeAt;
  }

  /** Passes the value of a tag; `pos` is behind its type code. @param depth that of the container that holds the tag */
  passValue(buf: Buffer, pos: number, end: number, type: number, depth: number): number {
    const size = FIXED_SIZE[type]!;
    if (size <= 16) {
      if (size > end - pos) throw truncated('a value', size, end - pos, this.#eventIndex, pos);
      return pos + size;
    }
    if (type === TypeCode.STRING) return this.#passString(buf, pos, end);
    return this.#passNested(buf, pos, end, type, depth + 1);
  }

  #failKey(buf: Buffer, pos: number, end: number): never {
    const length = buf[pos]!;
    const left = end - pos - 1;
    if (left < length) throw truncated('a key', length, left, this.#eventIndex, pos + 1);
    throw truncated('a type code', 1, 0, this.#eventIndex, end);
  }

  #passString(buf: Buffer, pos: number, end: number): number {
    if (end - pos < 4) throw truncated('a string length', 4, end - pos, this.#eventIndex, pos);
    const length = (buf[pos]! << 24) | (buf[pos + 1]! << 16) | (buf[pos + 2]! << 8) | buf[pos + 3]!;
    if (length < 0) throw negativeLength('string', length, this.#eventIndex, pos);
    pos += 4;
    if (length > end - pos) throw truncated('a string', length, end - pos, this.#eventIndex, pos);
    return pos + length;
  }

  #passNested(buf: Buffer, pos: number, end: number, type: number, depth: number): number {
    if (type === TypeCode.CONTAINER) return this.passContainer(buf, pos, end, depth);
    if (type === TypeCode.VECTOR) return this.#passVector(buf, pos, end, depth);
    throw unknownType(type, this.#eventIndex, pos - 1);
  }

  #passVector(buf: Buffer, pos: number, end: number, depth: number): number {
    if (depth > this.#maxDepth) throw tooDeep(this.#maxDepth, this.#eventIndex, pos);
    if (pos >= end) throw truncated('an element type', 1, 0, this.#eventIndex, pos);
    const type = buf[pos]!;
    const size = FIXED_SIZE[type]!;
    if (size === UNKNOWN_TYPE) throw unknownType(type, this.#eventIndex, pos);
    pos++;
    if (end - pos < 4) throw truncated('a vector length', 4, end - pos, this.#eventIndex, pos);
    const length = (buf[pos]! << 24) | (buf[pos + 1]! << 16) | (buf[pos + 2]! << 8) | buf[pos + 3]!;
    if (length < 0) throw negativeLength('vector', length, this.#eventIndex, pos);
    if (size === 0) {
      if (length > this.#nullsLeft) throw tooManyNulls(this.#maxNulls, this.#eventIndex, pos);
      this.#nullsLeft -= length;
      return pos + 4;
    }
    pos += 4;
    if (size !== VARIABLE_SIZE) {
      // Length times size is below 2^35, which a number holds exactly; there is no 32-bit arithmetic here that could wrap.
      const bytes = length * size;
      if (bytes > end - pos) throw truncated('vector elements', bytes, end - pos, this.#eventIndex, pos);
      return pos + bytes;
    }
    return this.#passElements(buf, pos, end, type, length, depth);
  }

  /** Every element takes two bytes or more, so a length that lies ends at the end of the bytes. */
  #passElements(buf: Buffer, pos: number, end: number, type: number, length: number, depth: number): number {
    if (type === TypeCode.STRING) for (let i = 0; i < length; i++) pos = this.#passString(buf, pos, end);
    else if (type === TypeCode.CONTAINER) for (let i = 0; i < length; i++) pos = this.passContainer(buf, pos, end, depth + 1);
    else for (let i = 0; i < length; i++) pos = this.#passVector(buf, pos, end, depth + 1);
    return pos;
  }
}
