import { HerculesError } from '@hercules/protocol';
import { JsonKind, JsonTape } from '../../door/json-tape.ts';
import type { FieldType, JsonField } from './message-schemas.ts';
import { ProtoWriter } from './proto-writer.ts';

/** As deep as protobuf's own parsers go. */
const MAX_DEPTH = 100;
/** A level of nested values is some messages and a list in JSON. */
const MAX_JSON_DEPTH = 4 * MAX_DEPTH;
const UINT64 = (1n << 64n) - 1n;
const HEX = /^([0-9a-fA-F]{2})*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const DECIMAL = /^-?\d{1,20}$/;
/** Digits of a number that may be one of 64 bits. */
const MAX_DIGITS = 40;
const MAX_PATH = 200;
const NOT_FINITE: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };
const INITIAL_BYTES = 16_384;
const ABSENT = -1;

/** The fields of a message, found by their names. */
class Message {
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, number>;

  constructor(fields: readonly JsonField[]) {
    this.fields = fields.map((field) => new Field(field));
    this.byName = new Map(fields.map(({ name }, i) => [name, i]));
  }
}

class Field {
  readonly json: JsonField;
  /** Undefined for a message. */
  readonly scalar: FieldType | undefined;
  #message: Message | undefined;

  constructor(json: JsonField) {
    this.json = json;
    this.scalar = typeof json.type === 'function' ? undefined : json.type;
  }

  /** Of a field that is one. Made when it is needed first, because values hold values. */
  get message(): Message {
    return (this.#message ??= new Message((this.json.type as () => readonly JsonField[])()));
  }
}

const requests = new WeakMap<readonly JsonField[], Message>();

function requestOf(schema: readonly JsonField[]): Message {
  let message = requests.get(schema);
  if (message === undefined) requests.set(schema, (message = new Message(schema)));
  return message;
}

/**
 * Turns requests in OTLP/JSON into the same requests in protobuf, so that both are read by the same code. Fields that are not known, and null, are left out,
 * as are defaults, which makes the bytes those that protobuf's own writers make. No object stands for a part of the request.
 */
export class JsonToProtobuf {
  readonly #tape = new JsonTape(MAX_JSON_DEPTH, 'The body', 'INVALID_ARGUMENT');
  readonly #writer = new ProtoWriter(INITIAL_BYTES);
  /** For each message that is being written, from the outside to the inside: the entries of its fields. */
  #slots = new Int32Array(1024);

  /**
   * @returns the request: a view, good until the next call
   * @throws HerculesError INVALID_ARGUMENT, with the place, for what is no JSON or no such request
   */
  convert(body: Buffer, schema: readonly JsonField[]): Buffer {
    this.#tape.read(body, 0, body.length);
    this.#writer.clear();
    this.#message(0, requestOf(schema), 0, 0);
    return this.#writer.bytes();
  }

  #message(entry: number, { fields, byName }: Message, depth: number, base: number): void {
    const tape = this.#tape;
    if (tape.kinds[entry] !== JsonKind.OBJECT) throw this.#expected(entry, 'an object');
    if (depth > MAX_DEPTH) throw this.#expected(entry, `at most ${MAX_DEPTH} objects inside one another`);
    const top = base + fields.length;
    const slots = this.#slotsUpTo(top);
    for (let i = base; i < top; i++) slots[i] = ABSENT;
    const end = tape.nexts[entry]!;
    for (let member = entry + 1; member < end; member = tape.nexts[member + 1]!) {
      const field = byName.get(tape.key(member));
      if (field !== undefined) slots[base + field] = tape.kinds[member + 1] === JsonKind.NULL ? ABSENT : member + 1;
    }
    for (let i = 0; i < fields.length; i++) {
      const value = this.#slots[base + i]!;
      if (value === ABSENT) continue;
      const field = fields[i]!;
      if (field.json.isRepeated) this.#repeated(value, field, depth, top);
      else this.#field(value, field, depth, top);
    }
  }

  #repeated(entry: number, field: Field, depth: number, base: number): void {
    const tape = this.#tape;
    const writer = this.#writer;
    const { number } = field.json;
    if (tape.kinds[entry] !== JsonKind.ARRAY) throw this.#expected(entry, 'an array');
    const end = tape.nexts[entry]!;
    if (end === entry + 1) return;
    if (field.scalar === undefined) {
      const { message } = field;
      for (let item = entry + 1; item < end; item = tape.nexts[item]!) {
        const lengthAt = writer.beginMessage(number);
        this.#message(item, message, depth + 1, base);
        writer.endMessage(lengthAt);
      }
      return;
    }
    const lengthAt = writer.beginMessage(number);
    for (let item = entry + 1; item < end; item = tape.nexts[item]!) this.#scalar(item, field.scalar);
    writer.endMessage(lengthAt);
  }

  #field(entry: number, field: Field, depth: number, base: number): void {
    const writer = this.#writer;
    const { number, hasPresence } = field.json;
    if (field.scalar === undefined) {
      const lengthAt = writer.beginMessage(number);
      this.#message(entry, field.message, depth + 1, base);
      writer.endMessage(lengthAt);
      return;
    }
    const before = writer.length;
    writer.key(number, WIRE_TYPES[field.scalar]);
    if (this.#scalar(entry, field.scalar) && !hasPresence) writer.length = before;
  }

  /** @returns true when it is the default of its type */
  #scalar(entry: number, type: FieldType): boolean {
    const tape = this.#tape;
    const writer = this.#writer;
    const kind = tape.kinds[entry];
    switch (type) {
      case 'string':
        if (kind !== JsonKind.STRING) throw this.#expected(entry, 'a string');
        if (tape.escapes[entry] === 1) writer.lengthAnd(Buffer.from(tape.text(entry), 'utf8'));
        else writer.lengthAndRange(tape.buf, tape.starts[entry]!, tape.ends[entry]!);
        return tape.starts[entry] === tape.ends[entry];
      case 'hex':
        return this.#bytes(entry, HEX, 'hex', 'hexadecimal digits');
      case 'base64':
        return this.#bytes(entry, BASE64, 'base64', 'base64');
      case 'bool':
        if (kind !== JsonKind.TRUE && kind !== JsonKind.FALSE) throw this.#expected(entry, 'true or false');
        writer.varint(kind === JsonKind.TRUE ? 1n : 0n);
        return kind === JsonKind.FALSE;
      case 'double': {
        const number = this.#double(entry);
        writer.double(number);
        return Object.is(number, 0);
      }
      case 'fixed64':
      case 'sfixed64': {
        const number = this.#integer(entry, type === 'fixed64' ? 0n : -(1n << 63n), type === 'fixed64' ? UINT64 : (1n << 63n) - 1n);
        writer.fixed64(BigInt.asUintN(64, number));
        return number === 0n;
      }
      case 'fixed32': {
        const number = this.#integer(entry, 0n, 0xffff_ffffn);
        writer.fixed32(Number(number));
        return number === 0n;
      }
      case 'sint32': {
        const number = this.#integer(entry, -(1n << 31n), (1n << 31n) - 1n);
        writer.varint(number < 0n ? -number * 2n - 1n : number * 2n);
        return number === 0n;
      }
      default: {
        const [min, max] = VARINT_RANGES[type];
        const number = this.#integer(entry, min, max);
        writer.varint(BigInt.asUintN(64, number));
        return number === 0n;
      }
    }
  }

  #bytes(entry: number, pattern: RegExp, encoding: 'hex' | 'base64', what: string): boolean {
    const text = this.#tape.kinds[entry] === JsonKind.STRING ? this.#tape.text(entry) : undefined;
    if (text === undefined || !pattern.test(text)) throw this.#expected(entry, what);
    this.#writer.lengthAnd(Buffer.from(text, encoding));
    return text === '';
  }

  #double(entry: number): number {
    const tape = this.#tape;
    const kind = tape.kinds[entry];
    if (kind === JsonKind.INTEGER || kind === JsonKind.REAL) return Number(tape.text(entry));
    const text = kind === JsonKind.STRING ? tape.text(entry) : '';
    const number = NOT_FINITE[text] ?? numberOf(text);
    if (number === undefined) throw this.#expected(entry, 'a number');
    return number;
  }

  /** Whole numbers come as numbers or as text with their decimal digits; both keep all of them. */
  #integer(entry: number, min: bigint, max: bigint): bigint {
    const tape = this.#tape;
    const kind = tape.kinds[entry];
    const text = kind === JsonKind.OBJECT || kind === JsonKind.ARRAY ? '' : tape.text(entry);
    let number: bigint | undefined;
    if (kind === JsonKind.INTEGER) number = text.length > MAX_DIGITS ? max + 1n : BigInt(text);
    else if (kind === JsonKind.STRING && DECIMAL.test(text)) number = BigInt(text);
    else if (kind === JsonKind.REAL && Number.isInteger(Number(text))) number = BigInt(Number(text));
    if (number === undefined) throw this.#expected(entry, 'a whole number');
    if (number < min || number > max) throw this.#expected(entry, `a whole number from ${min} to ${max}`);
    return number;
  }

  #slotsUpTo(top: number): Int32Array {
    if (top > this.#slots.length) {
      const grown = new Int32Array(top * 2);
      grown.set(this.#slots);
      this.#slots = grown;
    }
    return this.#slots;
  }

  #expected(entry: number, what: string): HerculesError {
    const path = pathOf(this.#tape, entry);
    return new HerculesError('INVALID_ARGUMENT', `The request is not valid OTLP/JSON: expected ${what} at ${path.slice(-MAX_PATH)}`);
  }
}

/** Where an entry is, such as `$.resourceLogs[0].scopeLogs`. */
function pathOf(tape: JsonTape, entry: number): string {
  let path = '$';
  for (let at = 0; at !== entry;) {
    const isObject = tape.kinds[at] === JsonKind.OBJECT;
    let child = at + 1;
    for (let i = 0; ; i++) {
      const value = isObject ? child + 1 : child;
      if (entry < tape.nexts[value]!) {
        path += isObject ? `.${tape.text(child)}` : `[${i}]`;
        at = value;
        break;
      }
      child = tape.nexts[value]!;
    }
  }
  return path;
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

const INT32_RANGE = [-(1n << 31n), (1n << 31n) - 1n] as const;
const VARINT_RANGES: Readonly<Record<'int32' | 'uint32' | 'int64' | 'uint64' | 'enum', readonly [bigint, bigint]>> = {
  int32: INT32_RANGE,
  enum: INT32_RANGE,
  uint32: [0n, 0xffff_ffffn],
  int64: [-(1n << 63n), (1n << 63n) - 1n],
  uint64: [0n, UINT64],
};

function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? undefined : number;
}
