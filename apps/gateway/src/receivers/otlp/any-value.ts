import { HerculesError, TypeCode } from '@hercules/protocol';
import { type ProtoReader, signedOf, WireType } from '../grpc/proto-reader.ts';
import type { EventBuffer } from './event-buffer.ts';

/** Fields of AnyValue (opentelemetry/proto/common/v1/common.proto), 0 = none is set. */
export const ValueField = { UNSET: 0, STRING: 1, BOOL: 2, INT: 3, DOUBLE: 4, ARRAY: 5, KVLIST: 6, BYTES: 7 } as const;

const TYPE_OF_FIELD = [
  TypeCode.NULL,
  TypeCode.STRING,
  TypeCode.FLAG,
  TypeCode.LONG,
  TypeCode.DOUBLE,
  TypeCode.VECTOR,
  TypeCode.CONTAINER,
  TypeCode.VECTOR,
] as const;
const WIRE_OF_FIELD = [
  -1,
  WireType.LENGTH,
  WireType.VARINT,
  WireType.VARINT,
  WireType.FIXED64,
  WireType.LENGTH,
  WireType.LENGTH,
  WireType.LENGTH,
];

/** Keys of protobuf fields of length-delimited type: number × 8 + 2. */
const FIRST = 0x0a;
const SECOND = 0x12;
const LONG_LENGTH = 0x80;
const INT_OR_DOUBLE = (1 << ValueField.INT) | (1 << ValueField.DOUBLE);

/**
 * Reads KeyValue and AnyValue where they stand in the request, and writes them as tags. {@link readPair} and {@link locate} leave what they found in
 * the fields, until the next call. Of a field that comes twice the last counts.
 */
export class AnyValues {
  readonly reader: ProtoReader;
  /** Of the last pair; the value is empty for one without. */
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** Which of {@link ValueField} the last value has, and where: the bytes of the field itself. */
  field: number = ValueField.UNSET;
  start = 0;
  end = 0;
  /** Halves of an INT, or of a BOOL, as {@link ProtoReader} has them. */
  low = 0;
  high = 0;
  readonly #maxDepth: number;

  /** @param maxDepth containers and vectors inside one another below the payload of an event */
  constructor(reader: ProtoReader, maxDepth: number) {
    this.reader = reader;
    this.#maxDepth = maxDepth;
  }

  /** The type that the last located value has as a tag. */
  get type(): number {
    return TYPE_OF_FIELD[this.field]!;
  }

  /** Finds key and value of the KeyValue in [start, end), and locates the value. The cursor is moved. */
  readPair(start: number, end: number): void {
    const { buf } = this.reader;
    // Nearly every pair has its two fields in order, both shorter than 128 bytes.
    const keyEnd = start + 2 + buf[start + 1]!;
    const valueEnd = keyEnd + 2 + buf[keyEnd + 1]!;
    if (
      valueEnd === end &&
      buf[start] === FIRST &&
      buf[keyEnd] === SECOND &&
      buf[start + 1]! < LONG_LENGTH &&
      buf[keyEnd + 1]! < LONG_LENGTH
    ) {
      this.keyStart = start + 2;
      this.keyEnd = keyEnd;
      this.valueStart = keyEnd + 2;
      this.valueEnd = valueEnd;
    } else {
      this.#readAnyPair(start, end);
    }
    this.locate(this.valueStart, this.valueEnd);
  }

  #readAnyPair(start: number, end: number): void {
    const { reader } = this;
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = start;
    reader.position = start;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === FIRST) {
        this.keyEnd = reader.lengthEnd(end);
        this.keyStart = reader.position;
        reader.position = this.keyEnd;
      } else if (key === SECOND) {
        this.valueEnd = reader.lengthEnd(end);
        this.valueStart = reader.position;
        reader.position = this.valueEnd;
      } else reader.skip(key, end);
    }
  }

  /** Finds what the AnyValue in [start, end) holds. The cursor is moved. */
  locate(start: number, end: number): void {
    const { reader } = this;
    const { buf } = reader;
    if (end - start >= 2 && buf[start] === FIRST && buf[start + 1]! < LONG_LENGTH && start + 2 + buf[start + 1]! === end) {
      this.field = ValueField.STRING;
      this.start = start + 2;
      this.end = end;
      return;
    }
    this.field = ValueField.UNSET;
    reader.position = start;
    while (reader.position < end) {
      const key = reader.key(end);
      const field = key >>> 3;
      const wire = key & 7;
      if (field > ValueField.BYTES || WIRE_OF_FIELD[field] !== wire) {
        reader.skip(key, end);
        continue;
      }
      this.field = field;
      if (wire === WireType.VARINT) {
        reader.varint64(end);
        this.low = reader.low;
        this.high = reader.high;
      } else if (wire === WireType.FIXED64) {
        this.start = reader.take(8, end);
        this.end = reader.position;
      } else {
        this.end = reader.lengthEnd(end);
        this.start = reader.position;
        reader.position = this.end;
      }
    }
  }

  /** Whether the key of the last pair is this one. */
  isKey(key: Buffer): boolean {
    const { keyStart } = this;
    if (this.keyEnd - keyStart !== key.length) return false;
    const { buf } = this.reader;
    for (let i = 0; i < key.length; i++) if (buf[keyStart + i] !== key[i]) return false;
    return true;
  }

  /**
   * Writes the last pair as a tag.
   * @param depth of the container that takes it
   * @throws HerculesError INVALID_EVENT for a key that is too long, or what is nested too deep
   */
  writePair(out: EventBuffer, depth: number): void {
    if (this.field === ValueField.STRING && this.keyEnd - this.keyStart < LONG_LENGTH) {
      return out.stringTag(this.reader.buf, this.keyStart, this.keyEnd, this.start, this.end);
    }
    out.key(this.reader.buf, this.keyStart, this.keyEnd, this.type);
    this.writeValue(out, depth);
  }

  /** Writes the last value, without its type. */
  writeValue(out: EventBuffer, depth: number): void {
    const { buf } = this.reader;
    switch (this.field) {
      case ValueField.STRING:
        return out.string(buf, this.start, this.end);
      case ValueField.BOOL:
        return out.u8(this.low !== 0 || this.high !== 0 ? 1 : 0);
      case ValueField.INT:
        return out.i64(this.high, this.low);
      case ValueField.DOUBLE:
        return out.reversed64(buf, this.start);
      case ValueField.ARRAY:
        return this.#writeArray(out, this.start, this.end, this.#deeper(depth));
      case ValueField.KVLIST:
        return this.writePairs(out, this.start, this.end, this.#deeper(depth));
      case ValueField.BYTES:
        this.#deeper(depth);
        out.reserve(5);
        out.u8(TypeCode.BYTE);
        out.i32(this.end - this.start);
        return out.raw(buf, this.start, this.end);
    }
  }

  /** Writes the pairs of a message whose field 1 is KeyValue as a container. Pairs with an empty key are left out: nothing could find them. */
  writePairs(out: EventBuffer, start: number, end: number, depth: number): void {
    const countAt = out.beginContainer();
    let tags = 0;
    this.reader.eachField(start, end, FIRST, (pairStart, pairEnd) => {
      this.readPair(pairStart, pairEnd);
      if (this.keyEnd === this.keyStart) return;
      this.writePair(out, depth);
      tags++;
    });
    out.endContainer(countAt, tags);
  }

  /**
   * Elements of one type become a vector of it, whole and other numbers together a vector of Double, everything else a vector of String with
   * each element's text.
   */
  #writeArray(out: EventBuffer, start: number, end: number, depth: number): void {
    let kinds = 0;
    let count = 0;
    this.#eachElement(start, end, () => {
      kinds |= 1 << this.field;
      count++;
    });
    const type = elementTypeOf(kinds);
    out.reserve(5);
    out.u8(type);
    out.i32(count);
    const isText = type === TypeCode.STRING && kinds !== 1 << ValueField.STRING;
    const isDouble = kinds === INT_OR_DOUBLE;
    this.#eachElement(start, end, () => {
      if (isText) out.text(this.text(depth));
      else if (isDouble && this.field === ValueField.INT) out.double(signedOf(this.high, this.low));
      else this.writeValue(out, depth);
    });
  }

  #eachElement(start: number, end: number, visit: () => void): void {
    this.reader.eachField(start, end, FIRST, (elementStart, elementEnd) => {
      this.locate(elementStart, elementEnd);
      visit();
    });
  }

  /** The last value for a person: a String as it is, bytes in base64, containers and arrays as JSON. */
  text(depth: number): string {
    const { buf } = this.reader;
    if (this.field === ValueField.STRING) return buf.toString('utf8', this.start, this.end);
    if (this.field === ValueField.BYTES) return buf.toString('base64', this.start, this.end);
    return this.#json(depth);
  }

  #json(depth: number): string {
    switch (this.field) {
      case ValueField.STRING:
      case ValueField.BYTES:
        return JSON.stringify(this.text(depth));
      case ValueField.BOOL:
        return String(this.low !== 0 || this.high !== 0);
      case ValueField.INT:
        return String((BigInt(this.high) << 32n) | BigInt(this.low >>> 0));
      case ValueField.DOUBLE: {
        const value = this.reader.buf.readDoubleLE(this.start);
        return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
      }
      case ValueField.ARRAY: {
        const elements: string[] = [];
        const inner = this.#deeper(depth);
        this.#eachElement(this.start, this.end, () => elements.push(this.#json(inner)));
        return `[${elements.join(',')}]`;
      }
      case ValueField.KVLIST:
        return this.#jsonObject(this.start, this.end, this.#deeper(depth));
      default:
        return 'null';
    }
  }

  #jsonObject(start: number, end: number, depth: number): string {
    const { reader } = this;
    const members: string[] = [];
    reader.eachField(start, end, FIRST, (pairStart, pairEnd) => {
      this.readPair(pairStart, pairEnd);
      const name = JSON.stringify(reader.buf.toString('utf8', this.keyStart, this.keyEnd));
      if (this.keyEnd > this.keyStart) members.push(`${name}:${this.#json(depth)}`);
    });
    return `{${members.join(',')}}`;
  }

  #deeper(depth: number): number {
    if (depth < this.#maxDepth) return depth + 1;
    throw new HerculesError('INVALID_EVENT', `its attributes are nested deeper than the ${this.#maxDepth} levels of an event`);
  }
}

function elementTypeOf(kinds: number): number {
  if (kinds === INT_OR_DOUBLE) return TypeCode.DOUBLE;
  const vectors = (1 << ValueField.ARRAY) | (1 << ValueField.BYTES);
  if (kinds !== 0 && (kinds & ~vectors) === 0) return TypeCode.VECTOR;
  // A vector of Null has no bytes, and its length no bound but the sender's mercy.
  const isOne = (kinds & (kinds - 1)) === 0 && kinds > 1;
  return isOne ? TYPE_OF_FIELD[31 - Math.clz32(kinds)]! : TypeCode.STRING;
}
