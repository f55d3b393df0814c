import { HerculesError } from '@hercules/protocol';
import type { FieldType, JsonField } from './message-schemas.ts';
import { ProtoWriter } from './proto-writer.ts';

/** As deep as protobuf's own parsers go. */
const MAX_DEPTH = 100;
const UINT64 = (1n << 64n) - 1n;
const HEX = /^([0-9a-fA-F]{2})*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const DECIMAL = /^-?\d{1,20}$/;
const NOT_FINITE: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

/**
 * Turns a request in OTLP/JSON into the same request in protobuf, so that both are read by the same code. Fields that are not known, and null, are left out,
 * as are defaults, which makes the bytes those that protobuf's own writers make.
 * @throws HerculesError INVALID_ARGUMENT, with the place, for what is no JSON or no such request
 */
export function jsonToProtobuf(body: Buffer, schema: readonly JsonField[]): Buffer {
  let root: unknown;
  try {
    root = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new HerculesError('INVALID_ARGUMENT', `The body is not JSON: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
  const writer = new ProtoWriter(body.length);
  writeMessage(writer, root, schema, '$', 0);
  return writer.bytes();
}

function writeMessage(writer: ProtoWriter, value: unknown, schema: readonly JsonField[], path: string, depth: number): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw expected(path, 'an object');
  if (depth > MAX_DEPTH) throw expected(path, `at most ${MAX_DEPTH} objects inside one another`);
  const fields = value as Record<string, unknown>;
  for (const field of schema) {
    const member = Object.hasOwn(fields, field.name) ? fields[field.name] : undefined;
    if (member === undefined || member === null) continue;
    const at = `${path}.${field.name}`;
    if (field.isRepeated) writeRepeated(writer, member, field, at, depth);
    else writeField(writer, member, field, at, depth);
  }
}

function writeRepeated(writer: ProtoWriter, value: unknown, field: JsonField, path: string, depth: number): void {
  if (!Array.isArray(value)) throw expected(path, 'an array');
  if (value.length === 0) return;
  const { type, number } = field;
  if (typeof type === 'function') {
    const schema = type();
    for (const [i, element] of value.entries()) {
      const lengthAt = writer.beginMessage(number);
      writeMessage(writer, element, schema, `${path}[${i}]`, depth + 1);
      writer.endMessage(lengthAt);
    }
    return;
  }
  const lengthAt = writer.beginMessage(number);
  for (const [i, element] of value.entries()) writeScalar(writer, element, type, `${path}[${i}]`);
  writer.endMessage(lengthAt);
}

function writeField(writer: ProtoWriter, value: unknown, { type, number, hasPresence }: JsonField, path: string, depth: number): void {
  if (typeof type === 'function') {
    const lengthAt = writer.beginMessage(number);
    writeMessage(writer, value, type(), path, depth + 1);
    writer.endMessage(lengthAt);
    return;
  }
  const before = writer.length;
  writer.key(number, WIRE_TYPES[type]);
  if (writeScalar(writer, value, type, path) && !hasPresence) writer.length = before;
}

const WIRE_TYPES: Readonly<Record<FieldType, number>> = {
  bool: 0,
  int32: 0,
  sint32: 0,
  uint32: 0,
  int64: 0,
  uint64: 0,
  enum: 0,
  double: 1,
  fixed64: 1,
  sfixed64: 1,
  string: 2,
  hex: 2,
  base64: 2,
  fixed32: 5,
};

/** @returns true when it is the default of its type */
function writeScalar(writer: ProtoWriter, value: unknown, type: FieldType, path: string): boolean {
  switch (type) {
    case 'string': {
      if (typeof value !== 'string') throw expected(path, 'a string');
      writer.lengthAnd(Buffer.from(value, 'utf8'));
      return value === '';
    }
    case 'hex': {
      if (typeof value !== 'string' || !HEX.test(value)) throw expected(path, 'hexadecimal digits');
      writer.lengthAnd(Buffer.from(value, 'hex'));
      return value === '';
    }
    case 'base64': {
      if (typeof value !== 'string' || !BASE64.test(value)) throw expected(path, 'base64');
      writer.lengthAnd(Buffer.from(value, 'base64'));
      return value === '';
    }
    case 'bool': {
      if (typeof value !== 'boolean') throw expected(path, 'true or false');
      writer.varint(value ? 1n : 0n);
      return !value;
    }
    case 'double': {
      const number = typeof value === 'string' ? (NOT_FINITE[value] ?? numberOf(value)) : value;
      if (typeof number !== 'number') throw expected(path, 'a number');
      writer.double(number);
      return Object.is(number, 0);
    }
    case 'fixed64':
    case 'sfixed64': {
      const number = integerOf(value, path, type === 'fixed64' ? 0n : -(1n << 63n), type === 'fixed64' ? UINT64 : (1n << 63n) - 1n);
      writer.fixed64(BigInt.asUintN(64, number));
      return number === 0n;
    }
    case 'fixed32': {
      const number = integerOf(value, path, 0n, 0xffff_ffffn);
      writer.fixed32(Number(number));
      return number === 0n;
    }
    case 'sint32': {
      const number = integerOf(value, path, -(1n << 31n), (1n << 31n) - 1n);
      writer.varint(number < 0n ? -number * 2n - 1n : number * 2n);
      return number === 0n;
    }
    default: {
      const [min, max] = VARINT_RANGES[type];
      const number = integerOf(value, path, min, max);
      writer.varint(BigInt.asUintN(64, number));
      return number === 0n;
    }
  }
}

const INT32_RANGE = [-(1n << 31n), (1n << 31n) - 1n] as const;
const VARINT_RANGES: Readonly<Record<'int32' | 'uint32' | 'int64' | 'uint64' | 'enum', readonly [bigint, bigint]>> = {
  int32: INT32_RANGE,
  enum: INT32_RANGE,
  uint32: [0n, 0xffff_ffffn],
  int64: [-(1n << 63n), (1n << 63n) - 1n],
  uint64: [0n, UINT64],
};

/** Whole numbers come as numbers or as text with their decimal digits. */
function integerOf(value: unknown, path: string, min: bigint, max: bigint): bigint {
  const isText = typeof value === 'string' && DECIMAL.test(value);
  if (!isText && !(typeof value === 'number' && Number.isInteger(value))) throw expected(path, 'a whole number');
  const number = BigInt(value as string | number);
  if (number < min || number > max) throw expected(path, `a whole number from ${min} to ${max}`);
  return number;
}

function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? undefined : number;
}

function expected(path: string, what: string): HerculesError {
  return new HerculesError('INVALID_ARGUMENT', `The request is not valid OTLP/JSON: expected ${what} at ${path.slice(-200)}`);
}
