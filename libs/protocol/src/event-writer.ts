import { DEFAULT_CHECK_LIMITS } from './check-limits.ts';
import { ProtocolError } from './errors.ts';
import { EVENT_VERSION } from './event-header.ts';
import { typeCodeOf, TypeCode, typeNameOf, type TypeName } from './type-code.ts';
import { badValue, WireBuffer } from './wire-buffer.ts';

const COUNT_BYTES = 4;
const MAX_TAGS = 0xffff;
const MAX_VECTOR_LENGTH = 0x7fff_ffff;
const MAX_DEPTH = DEFAULT_CHECK_LIMITS.maxDepth;
/** In the stack of element types: the level is a container. */
const CONTAINER_LEVEL = 0;

/**
 * Writes events tag by tag straight into bytes, for whoever makes many of them: no object stands for an event or a value.
 *
 * Inside a container every value has a key; inside a vector the key is null and the type is that of the vector. A call with a value that
 * does not fit throws ProtocolError `bad-value` (`nesting-limit` above the default depth) and leaves what was written before as it was.
 */
export class EventWriter {
  readonly #out: WireBuffer;
  /** End of what is known to be good; a refused call may leave bytes behind it, and the next call writes over them. */
  #good = COUNT_BYTES;
  #eventStart = COUNT_BYTES;
  #eventCount = 0;
  /** Innermost open container or vector, 0 = the payload; −1 between events. */
  #level = -1;
  readonly #countPositions: number[] = [];
  readonly #counts: number[] = [];
  readonly #elementTypes: number[] = [];

  /** @param initialBytes how much to reserve; the buffer grows by itself */
  constructor(initialBytes = 4096) {
    this.#out = new WireBuffer(Math.max(initialBytes, COUNT_BYTES));
  }

  /** Events finished since the last {@link reset}. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Bytes of the batch so far, count and an unfinished event included. */
  get byteLength(): number {
    return this.#good;
  }

  /** Forgets all events and keeps the memory. Views that were given out are overwritten from now on. */
  reset(): void {
    this.#good = COUNT_BYTES;
    this.#eventStart = COUNT_BYTES;
    this.#eventCount = 0;
    this.#level = -1;
  }

  /** Starts an event of version 1. @param timestamp 100-ns ticks since 1970-01-01T00:00:00Z @param uuid text, or 16 bytes */
  beginEvent(timestamp: bigint, uuid: Buffer | string): void {
    if (this.#level >= 0) throw misuse('beginEvent came before the end of the last event');
    const out = this.#out;
    out.length = this.#good;
    this.#eventStart = this.#good;
    out.u8(EVENT_VERSION);
    out.i64(timestamp);
    out.uuid(uuid);
    this.#open(CONTAINER_LEVEL);
  }

  /** @returns where the event lies in {@link batch}: from its first byte up to the end of the batch so far */
  endEvent(): number {
    if (this.#level !== 0)
      throw misuse(this.#level < 0 ? 'endEvent without beginEvent' : 'endEvent came before the end of a container or vector');
    this.#close();
    this.#eventCount++;
    return this.#eventStart;
  }

  /** Drops the event that has been begun; nothing happens between events. */
  discardEvent(): void {
    this.#level = -1;
    this.#good = this.#eventStart;
  }

  /** @param value 0..255 */
  byte(key: string | null, value: number): void {
    this.#tag(key, TypeCode.BYTE);
    this.#out.u8(value);
    this.#keep();
  }

  short(key: string | null, value: number): void {
    this.#tag(key, TypeCode.SHORT);
    this.#out.i16(value);
    this.#keep();
  }

  integer(key: string | null, value: number): void {
    this.#tag(key, TypeCode.INTEGER);
    this.#out.i32(value);
    this.#keep();
  }

  long(key: string | null, value: bigint): void {
    this.#tag(key, TypeCode.LONG);
    this.#out.i64(value);
    this.#keep();
  }

  flag(key: string | null, value: boolean): void {
    this.#tag(key, TypeCode.FLAG);
    this.#out.flag(value);
    this.#keep();
  }

  float(key: string | null, value: number): void {
    this.#tag(key, TypeCode.FLOAT);
    this.#out.f32(value);
    this.#keep();
  }

  double(key: string | null, value: number): void {
    this.#tag(key, TypeCode.DOUBLE);
    this.#out.f64(value);
    this.#keep();
  }

  string(key: string | null, value: string): void {
    this.#tag(key, TypeCode.STRING);
    this.#out.string(value);
    this.#keep();
  }

  /** A String whose UTF-8 bytes are at hand already. */
  stringBytes(key: string | null, utf8: Uint8Array, start = 0, end = utf8.length): void {
    this.#tag(key, TypeCode.STRING);
    this.#out.i32(end - start);
    this.#out.raw(utf8, start, end);
    this.#keep();
  }

  /** @param value text, or 16 bytes */
  uuid(key: string | null, value: Buffer | string): void {
    this.#tag(key, TypeCode.UUID);
    this.#out.uuid(value);
    this.#keep();
  }

  null(key: string | null): void {
    this.#tag(key, TypeCode.NULL);
    this.#keep();
  }

  /** A vector of Byte. */
  bytes(key: string | null, value: Uint8Array): void {
    this.#tag(key, TypeCode.VECTOR);
    this.#out.u8(TypeCode.BYTE);
    this.#out.i32(value.length);
    this.#out.raw(value);
    this.#keep();
  }

  beginContainer(key: string | null): void {
    this.#checkDepth();
    this.#tag(key, TypeCode.CONTAINER);
    this.#open(CONTAINER_LEVEL);
  }

  endContainer(): void {
    if (this.#level < 1 || this.#elementTypes[this.#level] !== CONTAINER_LEVEL) throw misuse('endContainer without beginContainer');
    this.#close();
    this.#keep();
  }

  beginVector(key: string | null, elementType: TypeName): void {
    this.#checkDepth();
    const code = typeCodeOf(elementType) as number | undefined;
    if (code === undefined) throw badValue('the name of a type', elementType);
    this.#tag(key, TypeCode.VECTOR);
    this.#out.u8(code);
    this.#open(code);
  }

  endVector(): void {
    if (this.#level < 1 || this.#elementTypes[this.#level] === CONTAINER_LEVEL) throw misuse('endVector without beginVector');
    this.#close();
    this.#keep();
  }

  /** The finished events without a count. A view: good until the next call that writes. */
  events(): Buffer {
    return this.#out.buffer.subarray(COUNT_BYTES, this.#end());
  }

  /** The finished events as a batch (protocol §6). A view: good until the next call that writes. */
  batch(): Buffer {
    this.#out.buffer.writeInt32BE(this.#eventCount, 0);
    return this.#out.buffer.subarray(0, this.#end());
  }

  /** An unfinished event is not part of what is given out. */
  #end(): number {
    return this.#level < 0 ? this.#good : this.#eventStart;
  }

  /** Writes key and type in a container; in a vector nothing stands before an element. */
  #tag(key: string | null, type: number): void {
    const level = this.#level;
    if (level < 0) throw misuse('a value came outside of an event');
    const out = this.#out;
    out.length = this.#good;
    const elementType = this.#elementTypes[level]!;
    const count = this.#counts[level]!;
    if (elementType === CONTAINER_LEVEL) {
      if (key === null) throw badValue('a key, because the value is in a container', key);
      if (count === MAX_TAGS) throw badValue(`a container of at most ${MAX_TAGS} tags`, count + 1);
      out.key(key);
      out.u8(type);
      return;
    }
    if (key !== null) throw badValue('null for the key, because the value is in a vector', key);
    if (type !== elementType) throw badValue(`an element of type ${typeNameOf(elementType)}`, typeNameOf(type));
    if (count === MAX_VECTOR_LENGTH) throw badValue(`a vector of at most ${MAX_VECTOR_LENGTH} elements`, count + 1);
  }

  /** The value is complete: it counts, and its bytes stay. */
  #keep(): void {
    this.#counts[this.#level]!++;
    this.#good = this.#out.length;
  }

  #checkDepth(): void {
    if (this.#level < MAX_DEPTH) return;
    throw new ProtocolError(
      'nesting-limit',
      `expected at most ${MAX_DEPTH} containers and vectors inside one another`,
      this.#eventCount,
      -1,
    );
  }

  /** Leaves room for the count, which is known at the end. */
  #open(elementType: number): void {
    const out = this.#out;
    const level = ++this.#level;
    this.#countPositions[level] = out.length;
    this.#counts[level] = 0;
    this.#elementTypes[level] = elementType;
    if (elementType === CONTAINER_LEVEL) out.u16(0);
    else out.i32(0);
    this.#good = out.length;
  }

  #close(): void {
    const level = this.#level--;
    const { buffer } = this.#out;
    const position = this.#countPositions[level]!;
    if (this.#elementTypes[level] === CONTAINER_LEVEL) buffer.writeUInt16BE(this.#counts[level]!, position);
    else buffer.writeInt32BE(this.#counts[level]!, position);
    this.#out.length = this.#good;
  }
}

function misuse(what: string): ProtocolError {
  return new ProtocolError('bad-value', `the calls of EventWriter are out of order: ${what}`, -1, -1);
}
