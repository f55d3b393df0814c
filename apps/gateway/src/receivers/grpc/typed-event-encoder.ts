import { HerculesError, TickClock, TypeCode, typeNameOf, UuidV1Generator } from '@hercules/protocol';
import { EventPath } from './event-path.ts';
import { ProtoReader, WireType } from './proto-reader.ts';

const lengthField = (number: number): number => number * 8 + WireType.LENGTH;

const EVENTS_EVENT = lengthField(1);
const EVENT_TIMESTAMP = 1 * 8 + WireType.FIXED64;
const EVENT_UUID = lengthField(2);
const EVENT_PAYLOAD = lengthField(3);
const CONTAINER_TAG = lengthField(1);
const TAG_KEY = lengthField(1);
const TAG_VALUE = lengthField(2);
const VECTOR_ELEMENT_TYPE = 1 * 8 + WireType.VARINT;
const VECTOR_ELEMENT = lengthField(2);
const VECTOR_BYTES = lengthField(3);

/** Keys of the fields of `Value`, by which the type of the value is told, and the type codes they stand for. */
const VALUE_TYPES = new Map<number, TypeCode>([
  [lengthField(1), TypeCode.CONTAINER],
  [2 * 8 + WireType.VARINT, TypeCode.BYTE],
  [3 * 8 + WireType.VARINT, TypeCode.SHORT],
  [4 * 8 + WireType.VARINT, TypeCode.INTEGER],
  [5 * 8 + WireType.VARINT, TypeCode.LONG],
  [6 * 8 + WireType.VARINT, TypeCode.FLAG],
  [7 * 8 + WireType.FIXED32, TypeCode.FLOAT],
  [8 * 8 + WireType.FIXED64, TypeCode.DOUBLE],
  [lengthField(9), TypeCode.STRING],
  [lengthField(10), TypeCode.UUID],
  [lengthField(11), TypeCode.NULL],
  [lengthField(12), TypeCode.VECTOR],
]);

const BATCH_HEADER_BYTES = 4;
const EVENT_HEADER_BYTES = 25;
const EVENT_VERSION = 1;
const UUID_BYTES = 16;
const MAX_KEY_BYTES = 255;
const MAX_TAGS = 65_535;

export interface TypedEventLimits {
  /** Containers and vectors inside each other; the payload is level 1. */
  readonly maxDepth: number;
  /** Longest resulting batch, in bytes. */
  readonly maxBatchBytes: number;
}

/**
 * Turns an `EventBatch` (gateway.proto) into the binary batch of protocol §6, bytes to bytes, without objects for tags. What the binary format
 * cannot hold is refused with INVALID_ARGUMENT and the path of the field. Absent timestamps are the gateway's clock, absent uuids are made.
 */
export class TypedEventEncoder {
  readonly #limits: TypedEventLimits;
  readonly #reader = new ProtoReader();
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  readonly #path = new EventPath();
  #input: Buffer = Buffer.alloc(0);
  #out: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(limits: TypedEventLimits) {
    this.#limits = limits;
  }

  /** The binary batch of the `EventBatch` at [start, end), in a buffer of its own. */
  encode(input: Buffer, start: number, end: number): Buffer {
    const reader = this.#reader;
    reader.reset(input, start);
    this.#input = input;
    this.#out = Buffer.allocUnsafe(1024 + 2 * (end - start));
    this.#length = BATCH_HEADER_BYTES;
    let count = 0;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key !== EVENTS_EVENT) {
        reader.skip(key, end);
        continue;
      }
      this.#path.startEvent(count++);
      this.#event(reader.lengthEnd(end));
    }
    this.#out.writeInt32BE(count, 0);
    const batch = this.#out.subarray(0, this.#length);
    this.#input = this.#out = Buffer.alloc(0);
    return batch;
  }

  /** Fields may come in any order, so they are found first and written then. */
  #event(end: number): void {
    const reader = this.#reader;
    this.#reserve(EVENT_HEADER_BYTES);
    const header = this.#length;
    this.#out.fill(0, header, header + EVENT_HEADER_BYTES);
    this.#out[header] = EVENT_VERSION;
    this.#length += EVENT_HEADER_BYTES;
    let hasTimestamp = false;
    let hasUuid = false;
    let payloadStart = end;
    let payloadEnd = end;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === EVENT_TIMESTAMP) {
        reader.fixed64(end);
        hasTimestamp = reader.low !== 0 || reader.high !== 0;
        if (reader.high < 0) throw this.#refuse('.timestamp', 'expected ticks of 0 or more');
        this.#out.writeInt32BE(reader.high, header + 1);
        this.#out.writeInt32BE(reader.low, header + 5);
      } else if (key === EVENT_UUID) {
        const uuidEnd = reader.lengthEnd(end);
        const length = uuidEnd - reader.position;
        if (length !== 0 && length !== UUID_BYTES) throw this.#refuse('.uuid', `expected 16 bytes or none, but it has ${length}`);
        hasUuid = length !== 0;
        this.#input.copy(this.#out, header + 9, reader.position, uuidEnd);
        reader.position = uuidEnd;
      } else if (key === EVENT_PAYLOAD) {
        payloadEnd = reader.lengthEnd(end);
        payloadStart = reader.take(payloadEnd - reader.position, end);
      } else {
        reader.skip(key, end);
      }
    }
    if (!hasTimestamp) this.#out.writeBigInt64BE(this.#clock.now(), header + 1);
    if (!hasUuid) this.#uuids.nextInto(this.#out, header + 9);
    reader.position = payloadStart;
    this.#container(payloadEnd, 1);
    reader.position = end;
  }

  #container(end: number, depth: number): void {
    this.#checkDepth(depth);
    const reader = this.#reader;
    this.#reserve(2);
    const countAt = this.#length;
    this.#length += 2;
    let count = 0;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key !== CONTAINER_TAG) {
        reader.skip(key, end);
        continue;
      }
      if (count === MAX_TAGS) throw this.#refuse('', `expected at most ${MAX_TAGS} tags in a container`);
      this.#path.pushTag(count++);
      this.#tag(reader.lengthEnd(end), depth);
      this.#path.pop();
    }
    this.#out.writeUInt16BE(count, countAt);
  }

  #tag(end: number, depth: number): void {
    const reader = this.#reader;
    let keyStart = end;
    let keyEnd = end;
    let valueStart = -1;
    let valueEnd = end;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === TAG_KEY) {
        keyEnd = reader.lengthEnd(end);
        keyStart = reader.take(keyEnd - reader.position, end);
      } else if (key === TAG_VALUE) {
        valueEnd = reader.lengthEnd(end);
        valueStart = reader.take(valueEnd - reader.position, end);
      } else {
        reader.skip(key, end);
      }
    }
    const keyLength = keyEnd - keyStart;
    if (keyLength > MAX_KEY_BYTES) throw this.#refuse('', `expected a key of at most ${MAX_KEY_BYTES} bytes, but it has ${keyLength}`);
    if (valueStart < 0) throw this.#refuse('', 'expected a value, but there is none');
    this.#reserve(keyLength + 2);
    this.#out[this.#length++] = keyLength;
    this.#length += this.#input.copy(this.#out, this.#length, keyStart, keyEnd);
    const typeAt = this.#length++;
    reader.position = valueStart;
    this.#out[typeAt] = this.#value(valueEnd, depth, 0);
    reader.position = end;
  }

  /** Writes a value and returns its type, which must be the given one unless that is 0. */
  #value(end: number, depth: number, expectedType: number): number {
    const reader = this.#reader;
    let type = 0;
    let start = end;
    while (reader.position < end) {
      const key = reader.key(end);
      const fieldType = VALUE_TYPES.get(key);
      if (fieldType !== undefined) {
        type = fieldType;
        start = reader.position;
      }
      reader.skip(key, end);
    }
    if (type === 0) throw this.#refuse('', 'expected a value of a known type, but there is none');
    if (expectedType !== 0 && type !== expectedType) {
      throw this.#refuse('', `expected an element of type ${typeNameOf(expectedType)!}, but it is ${typeNameOf(type)!}`);
    }
    reader.position = start;
    this.#write(type, end, depth);
    reader.position = end;
    return type;
  }

  #write(type: number, end: number, depth: number): void {
    switch (type) {
      case TypeCode.CONTAINER:
        return this.#container(this.#reader.lengthEnd(end), depth + 1);
      case TypeCode.VECTOR:
        return this.#vector(this.#reader.lengthEnd(end), depth + 1);
      case TypeCode.STRING:
        return this.#string(end);
      case TypeCode.UUID:
        return this.#uuid(end);
      case TypeCode.NULL:
        return;
      default:
        this.#reserve(8);
        this.#length = this.#number(type, end);
    }
  }

  /** Writes a value of a fixed size, for which there is room; returns where it ends. */
  #number(type: number, end: number): number {
    const reader = this.#reader;
    const out = this.#out;
    const at = this.#length;
    switch (type) {
      case TypeCode.BYTE:
        reader.varint64(end);
        if (reader.unsigned > 0xff) throw this.#refuse('.byte', 'expected 0 to 255');
        out[at] = reader.low;
        return at + 1;
      case TypeCode.SHORT: {
        const value = this.#sint32('.short', end);
        if (value < -0x8000 || value > 0x7fff) throw this.#refuse('.short', `expected -32768 to 32767, but it is ${value}`);
        return out.writeInt16BE(value, at);
      }
      case TypeCode.INTEGER:
        return out.writeInt32BE(this.#sint32('.integer', end), at);
      case TypeCode.FLAG:
        out[at] = reader.bool(end) ? 1 : 0;
        return at + 1;
      case TypeCode.FLOAT:
        return this.#reversed(4, end);
      case TypeCode.DOUBLE:
        return this.#reversed(8, end);
      default:
        reader.sint64(end);
        out.writeInt32BE(reader.high, at);
        return out.writeInt32BE(reader.low, at + 4);
    }
  }

  #sint32(field: string, end: number): number {
    const value = this.#reader.sint32(end);
    if (this.#reader.high !== 0) throw this.#refuse(field, 'expected a number of 32 bits');
    return value;
  }

  /** Floats are little-endian in protobuf and big-endian here. */
  #reversed(bytes: number, end: number): number {
    const start = this.#reader.take(bytes, end);
    const last = this.#length + bytes - 1;
    for (let i = 0; i < bytes; i++) this.#out[last - i] = this.#input[start + i]!;
    return last + 1;
  }

  #string(end: number): void {
    const reader = this.#reader;
    const textEnd = reader.lengthEnd(end);
    const length = textEnd - reader.position;
    this.#reserve(4 + length);
    this.#length = this.#out.writeInt32BE(length, this.#length);
    this.#length += this.#input.copy(this.#out, this.#length, reader.position, textEnd);
  }

  #uuid(end: number): void {
    const reader = this.#reader;
    const uuidEnd = reader.lengthEnd(end);
    const length = uuidEnd - reader.position;
    if (length !== UUID_BYTES) throw this.#refuse('.uuid', `expected 16 bytes, but it has ${length}`);
    this.#reserve(UUID_BYTES);
    this.#length += this.#input.copy(this.#out, this.#length, reader.position, uuidEnd);
  }

  #vector(end: number, depth: number): void {
    this.#checkDepth(depth);
    const reader = this.#reader;
    const start = reader.position;
    let elementType = 0;
    let elements = 0;
    let bytesStart = -1;
    let bytesEnd = -1;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === VECTOR_ELEMENT_TYPE) {
        elementType = reader.uint32(end);
      } else if (key === VECTOR_BYTES) {
        bytesEnd = reader.lengthEnd(end);
        bytesStart = reader.take(bytesEnd - reader.position, end);
      } else {
        if (key === VECTOR_ELEMENT) elements++;
        reader.skip(key, end);
      }
    }
    if (typeNameOf(elementType) === undefined) throw this.#refuse('.vector.element_type', `${elementType} is no type code`);
    this.#reserve(5);
    this.#out[this.#length] = elementType;
    const countAt = this.#length + 1;
    this.#length += 5;
    if (bytesStart >= 0 && bytesEnd > bytesStart) {
      if (elementType !== TypeCode.BYTE || elements > 0)
        throw this.#refuse('.vector.bytes', 'bytes are for vectors of Byte, instead of elements');
      this.#reserve(bytesEnd - bytesStart);
      this.#out.writeInt32BE(bytesEnd - bytesStart, countAt);
      this.#length += this.#input.copy(this.#out, this.#length, bytesStart, bytesEnd);
      return;
    }
    this.#out.writeInt32BE(elements, countAt);
    reader.position = start;
    this.#elements(end, depth, elementType);
  }

  #elements(end: number, depth: number, elementType: number): void {
    const reader = this.#reader;
    let index = 0;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key !== VECTOR_ELEMENT) {
        reader.skip(key, end);
        continue;
      }
      this.#path.pushElement(index++);
      this.#value(reader.lengthEnd(end), depth, elementType);
      this.#path.pop();
    }
  }

  #checkDepth(depth: number): void {
    if (depth > this.#limits.maxDepth) throw this.#refuse('', `containers and vectors may be nested ${this.#limits.maxDepth} deep`);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#out.length) return;
    const { maxBatchBytes } = this.#limits;
    if (needed > maxBatchBytes)
      throw new HerculesError('PAYLOAD_TOO_LARGE', `The events take more than ${maxBatchBytes} bytes in the binary format`);
    const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, 2 * this.#out.length), Math.max(needed, maxBatchBytes)));
    this.#out.copy(grown, 0, 0, this.#length);
    this.#out = grown;
  }

  #refuse(field: string, reason: string): HerculesError {
    const path = `${this.#path.toString()}${field}`;
    return new HerculesError('INVALID_ARGUMENT', `${path}: ${reason}`, { details: { path } });
  }
}
