import type { HerculesEvent, Value } from './event.ts';
import type { HPath } from './hpath.ts';
import { int32 } from './int32.ts';
import { selectValue } from './select-value.ts';
import { TagSelector } from './tag-selector.ts';
import { TypeCode } from './type-code.ts';
import { uuidToBytes } from './uuid.ts';

/** What the original takes for true and false, as Java does. */
const TRUE_HASH = 2029;
const FALSE_HASH = 2027;
const NAN_FLOAT_BITS = 0x7fc0_0000;
const NAN_DOUBLE_HIGH = 0x7ff8_0000;
/** Element type and length stand before the elements of a vector. */
const VECTOR_HEADER_BYTES = 5;

/**
 * The hash that decides on partitions of streams and slices of timelines (model §5.1), computed on the bytes of an event without building
 * objects. 32-bit wrapping signed arithmetic. Not re-entrant: one instance is reused for every event.
 */
export class ShardingKey {
  readonly #selector: TagSelector;

  constructor(paths: readonly HPath[]) {
    this.#selector = new TagSelector(paths);
  }

  /** @returns the signed 32-bit hash of the event at [start, end) @throws ProtocolError when the bytes are not those of an event */
  hash(buf: Buffer, start: number, end: number): number {
    const selector = this.#selector;
    selector.select(buf, start, end);
    const { types, starts, ends } = selector;
    let hash = 0;
    for (let i = 0; i < types.length; i++) {
      hash = (Math.imul(31, hash) + (types[i] === 0 ? 0 : hashOfBytes(types[i]!, buf, starts[i]!, ends[i]!))) | 0;
    }
    return hash;
  }

  /** @returns 0 to `partitions` − 1 */
  partition(buf: Buffer, start: number, end: number, partitions: number): number {
    return partitionOfHash(this.hash(buf, start, end), partitions);
  }
}

/** The same hash of a decoded event. Strings with bytes that are no UTF-8 hash differently here, because their bytes are lost in decoding. */
export function naiveHash(event: HerculesEvent, paths: readonly HPath[]): number {
  let hash = 0;
  for (const path of paths) {
    const value = selectValue(event.payload, path);
    hash = (Math.imul(31, hash) + (value === undefined ? 0 : hashOfValue(value))) | 0;
  }
  return hash;
}

/** The partition of a hash (model §5.1), 0 to `partitions` − 1. */
export function partitionOfHash(hash: number, partitions: number): number {
  return (hash & 0x7fff_ffff) % partitions;
}

function hashOfBytes(type: number, buf: Buffer, start: number, end: number): number {
  switch (type) {
    case TypeCode.BYTE:
      return (buf[start]! << 24) >> 24;
    case TypeCode.SHORT:
      return ((buf[start]! << 24) | (buf[start + 1]! << 16)) >> 16;
    case TypeCode.INTEGER:
      return int32(buf, start);
    case TypeCode.LONG:
      return int32(buf, start) ^ int32(buf, start + 4);
    case TypeCode.FLAG:
      return buf[start] === 0 ? FALSE_HASH : TRUE_HASH;
    case TypeCode.FLOAT:
      return hashOfFloatBits(int32(buf, start));
    case TypeCode.DOUBLE:
      return hashOfDoubleBits(int32(buf, start), int32(buf, start + 4));
    case TypeCode.STRING:
      return hashOfRun(buf, start, end);
    case TypeCode.UUID:
      return int32(buf, start) ^ int32(buf, start + 4) ^ int32(buf, start + 8) ^ int32(buf, start + 12);
    case TypeCode.VECTOR:
      return buf[start] === TypeCode.BYTE ? hashOfRun(buf, start + VECTOR_HEADER_BYTES, end) : 0;
    default:
      return 0;
  }
}

function hashOfValue({ type, value }: Value): number {
  switch (type) {
    case 'byte':
      return (value << 24) >> 24;
    case 'short':
    case 'integer':
      return value;
    case 'long':
      return Number(BigInt.asIntN(32, value ^ (value >> 32n)));
    case 'flag':
      return value ? TRUE_HASH : FALSE_HASH;
    case 'float':
      scratch.writeFloatBE(value);
      return hashOfBytes(TypeCode.FLOAT, scratch, 0, 4);
    case 'double':
      scratch.writeDoubleBE(value);
      return hashOfBytes(TypeCode.DOUBLE, scratch, 0, 8);
    case 'string': {
      const bytes = Buffer.from(value);
      return hashOfRun(bytes, 0, bytes.length);
    }
    case 'uuid':
      return hashOfBytes(TypeCode.UUID, uuidToBytes(value), 0, 16);
    case 'vector': {
      if (value.elementType !== 'byte') return 0;
      const bytes = Buffer.from(value.elements as Buffer | number[]);
      return hashOfRun(bytes, 0, bytes.length);
    }
    case 'container':
    case 'null':
      return 0;
  }
}

const scratch = Buffer.alloc(8);

function hashOfFloatBits(bits: number): number {
  return (bits & 0x7fff_ffff) > 0x7f80_0000 ? NAN_FLOAT_BITS : bits;
}

function hashOfDoubleBits(high: number, low: number): number {
  const magnitude = high & 0x7fff_ffff;
  const isNaN = magnitude > 0x7ff0_0000 || (magnitude === 0x7ff0_0000 && low !== 0);
  return isNaN ? NAN_DOUBLE_HIGH : high ^ low;
}

/** Over signed bytes, as Java's Arrays.hashCode with a start of 0. */
function hashOfRun(buf: Buffer, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(31, hash) + ((buf[i]! << 24) >> 24)) | 0;
  return hash;
}
