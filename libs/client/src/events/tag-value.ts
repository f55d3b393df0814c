import { commonType, type EventWriter, type TypeName } from '@hercules/protocol/writing';

/** What a tag may be made of; what JSON has no word for is taken by its nearest one. */
export type TagValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Error
  | Uint8Array
  | readonly TagValue[]
  | { readonly [key: string]: TagValue };

const INT32_MIN = -0x8000_0000;
const INT32_MAX = 0x7fff_ffff;
const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;

/**
 * Writes a value as a tag: a whole number as Integer or Long, another one as Double, a bigint as Long (as text beyond 64 bits), a Date as ISO 8601, an Error as its
 * stack, bytes as a vector of Byte, an array as a vector, or as JSON when its elements are of different types, an object as Container. Undefined is left out.
 * @param key null in a vector
 */
export function writeTag(writer: EventWriter, key: string | null, value: TagValue): void {
  writeAs(writer, key, value, typeOf(value));
}

/** Writes all members of an object as tags. */
export function writeTags(writer: EventWriter, tags: { readonly [key: string]: TagValue }): void {
  for (const key in tags) writeTag(writer, key, tags[key]);
}

type Written = TypeName | 'none';

function typeOf(value: TagValue): Written {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) return 'double';
      return value >= INT32_MIN && value <= INT32_MAX ? 'integer' : 'long';
    case 'bigint':
      return value >= INT64_MIN && value <= INT64_MAX ? 'long' : 'string';
    case 'boolean':
      return 'flag';
    case 'object':
      if (value === null) return 'null';
      if (value instanceof Date || value instanceof Error) return 'string';
      if (value instanceof Uint8Array) return 'vector';
      if (Array.isArray(value)) return elementType(value as readonly TagValue[]) === 'mixed' ? 'string' : 'vector';
      return 'container';
    default:
      return 'none';
  }
}

function writeAs(writer: EventWriter, key: string | null, value: TagValue, type: Written): void {
  switch (type) {
    case 'string':
      return writer.string(key, textOf(value));
    case 'integer':
      return writer.integer(key, value as number);
    case 'long':
      return writer.long(key, BigInt(value as number | bigint));
    case 'double':
      return writer.double(key, Number(value));
    case 'flag':
      return writer.flag(key, value as boolean);
    case 'null':
      return writer.null(key);
    case 'vector':
      return writeVector(writer, key, value as Uint8Array | readonly TagValue[]);
    case 'container':
      writer.beginContainer(key);
      writeTags(writer, value as { readonly [key: string]: TagValue });
      return writer.endContainer();
    default:
      return;
  }
}

function writeVector(writer: EventWriter, key: string | null, value: Uint8Array | readonly TagValue[]): void {
  if (value instanceof Uint8Array) return writer.bytes(key, value);
  const type = elementType(value) as TypeName;
  writer.beginVector(key, type);
  for (const element of value) if (element !== undefined) writeAs(writer, null, element, type);
  writer.endVector();
}

/** The common type of all elements; whole numbers widen to Long and Double. */
function elementType(elements: readonly TagValue[]): TypeName | 'mixed' {
  let common: TypeName | undefined;
  for (const element of elements) {
    const type = typeOf(element);
    if (type === 'none') continue;
    common = common === undefined ? type : commonType(common, type);
    if (common === undefined) return 'mixed';
  }
  return common ?? 'string';
}

function textOf(value: TagValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return value.stack ?? String(value);
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}
