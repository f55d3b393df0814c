import { parseJson } from '@hercules/metadata';
import {
  type Container,
  encodeEvent,
  msToTicks,
  tag,
  type TypeName,
  type Value,
  type Vector,
  type VectorElement,
} from '@hercules/protocol';

/** Where an event made of JSON gets its time and its uuid when the line does not say. */
export interface EventDefaults {
  /** 100-ns ticks since 1970 */
  readonly timestamp: bigint;
  readonly uuid: string;
}

const TIMESTAMP = '@timestamp';
const UUID = '@uuid';
const MAX_DEPTH = 32;
const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;

/**
 * The bytes of the event that a line of JSON stands for: its members are the tags, `@timestamp` (ISO 8601 or ms since 1970) and `@uuid` its
 * id. Whole numbers are Integer or Long, others Double; a list is a vector of one type.
 * @throws Error that says what is wrong
 */
export function eventOfJson(line: string, defaults: EventDefaults): Buffer {
  const document = parseJson(line);
  if (document === null || typeof document !== 'object' || Array.isArray(document)) throw new Error('expected a JSON object');
  const { [TIMESTAMP]: time, [UUID]: uuid, ...tags } = document as Record<string, unknown>;
  return encodeEvent({
    version: 1,
    timestamp: time === undefined ? defaults.timestamp : ticksOf(time),
    uuid: uuid === undefined ? defaults.uuid : uuidOf(uuid),
    payload: containerOf(tags, 1),
  });
}

/** An event whose only tag is the text. */
export function eventOfText(line: string, { timestamp, uuid }: EventDefaults): Buffer {
  return encodeEvent({ version: 1, timestamp, uuid, payload: new Map([['message', tag.string(line)]]) });
}

function uuidOf(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return value.toLowerCase();
  throw new Error(`${UUID}: expected a UUID`);
}

/** Fractions of a second are kept down to a tick. */
function ticksOf(value: unknown): bigint {
  if (typeof value === 'number' && value >= 0) return msToTicks(value);
  const [, whole, fraction = '', zone] =
    (typeof value === 'string' ? /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)?$/i.exec(value) : null) ?? [];
  const ms = whole === undefined ? NaN : Date.parse(`${whole.replace(' ', 'T')}${zone ?? 'Z'}`);
  if (Number.isNaN(ms) || ms < 0) throw new Error(`${TIMESTAMP}: expected ISO 8601 or ms since 1970`);
  return msToTicks(ms) + BigInt(fraction.slice(0, 7).padEnd(7, '0'));
}

function containerOf(tags: Readonly<Record<string, unknown>>, depth: number): Container {
  if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
  return new Map(Object.entries(tags).map(([name, value]) => [name, valueOf(value, depth)]));
}

function valueOf(value: unknown, depth: number): Value {
  if (value === null) return tag.null();
  if (typeof value === 'string') return tag.string(value);
  if (typeof value === 'boolean') return tag.flag(value);
  if (Array.isArray(value)) return { type: 'vector', value: vectorOf(value, depth + 1) };
  if (typeof value === 'object') return tag.container(containerOf(value as Record<string, unknown>, depth + 1));
  switch (numberType(value as number | bigint)) {
    case 'integer':
      return tag.integer(value as number);
    case 'long':
      return tag.long(BigInt(value as number | bigint));
    default:
      return tag.double(Number(value));
  }
}

function numberType(value: number | bigint): 'integer' | 'long' | 'double' {
  if (typeof value === 'bigint') return value >= -INT64 && value < INT64 ? 'long' : 'double';
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return 'double';
  return value >= -INT32 && value < INT32 ? 'integer' : 'long';
}

/** All numbers of a list take the widest type among them; of other types there must be one. */
function vectorOf(list: readonly unknown[], depth: number): Vector {
  if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
  const types = new Set(list.map(typeOf));
  const elementType = widest(types);
  const elements = list.map((item): VectorElement => {
    if (elementType === 'vector') return vectorOf(item as unknown[], depth + 1);
    if (elementType === 'container') return containerOf(item as Record<string, unknown>, depth + 1);
    if (elementType === 'long') return BigInt(item as number | bigint);
    if (elementType === 'double') return Number(item);
    return item as string | number | boolean | null;
  });
  return { elementType, elements };
}

function typeOf(value: unknown): TypeName {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'flag';
  if (Array.isArray(value)) return 'vector';
  return typeof value === 'object' ? 'container' : numberType(value as number | bigint);
}

function widest(types: ReadonlySet<TypeName>): TypeName {
  if (types.size === 0) return 'string';
  const [first] = types;
  if (types.size === 1) return first!;
  const isNumeric = [...types].every((type) => type === 'integer' || type === 'long' || type === 'double');
  if (!isNumeric) throw new Error(`a list holds ${[...types].join(' and ')}: expected elements of one type`);
  return types.has('double') ? 'double' : 'long';
}
