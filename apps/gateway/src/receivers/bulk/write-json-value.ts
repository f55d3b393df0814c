import { commonType, type EventWriter, type TypeName } from '@hercules/protocol';
import { JsonKind, type JsonTape } from '../door/json-tape.ts';

const INT32_DIGITS = 9;
const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;
const INT32_MIN = -0x8000_0000;
const INT32_MAX = 0x7fff_ffff;

/** Types of a value of JSON in an event; `none` for null, which is left out. */
type Written = 'string' | 'integer' | 'long' | 'double' | 'flag' | 'container' | 'vector' | 'none';

/**
 * Writes a value of JSON as a tag (apis §8): an integer as the narrowest of Integer and Long, another number as Double, an object as Container, an array as
 * Vector. Null is left out. What no type holds is kept as its text in JSON: integers of more than 64 bits, and arrays of values of different types. Integers
 * of both widths in one array are Long, integers among other numbers Double; nulls in arrays are left out, an empty array is a vector of String.
 * @param key null in a vector
 */
export function writeJsonValue(writer: EventWriter, key: string | null, tape: JsonTape, entry: number): void {
  writeAs(writer, key, tape, entry, typeOf(tape, entry));
}

function writeAs(writer: EventWriter, key: string | null, tape: JsonTape, entry: number, type: Written): void {
  switch (type) {
    case 'none':
      return;
    case 'string':
      return writeText(writer, key, tape, entry);
    case 'integer':
      return writer.integer(key, Number(tape.text(entry)));
    case 'long':
      return writer.long(key, BigInt(tape.text(entry)));
    case 'double':
      return writer.double(key, Number(tape.text(entry)));
    case 'flag':
      return writer.flag(key, tape.kinds[entry] === JsonKind.TRUE);
    case 'container':
      return writeObject(writer, key, tape, entry);
    case 'vector':
      return writeArray(writer, key, tape, entry);
  }
}

function writeText(writer: EventWriter, key: string | null, tape: JsonTape, entry: number): void {
  if (tape.escapes[entry] === 1) writer.string(key, tape.text(entry));
  else writer.stringBytes(key, tape.buf, tape.starts[entry], tape.ends[entry]);
}

function writeObject(writer: EventWriter, key: string | null, tape: JsonTape, entry: number): void {
  writer.beginContainer(key);
  const end = tape.nexts[entry]!;
  for (let member = entry + 1; member < end; member = tape.nexts[member + 1]!) {
    writeJsonValue(writer, tape.key(member), tape, member + 1);
  }
  writer.endContainer();
}

function writeArray(writer: EventWriter, key: string | null, tape: JsonTape, entry: number): void {
  const element = elementType(tape, entry);
  if (element === 'mixed') return writeText(writer, key, tape, entry);
  writer.beginVector(key, element);
  const end = tape.nexts[entry]!;
  for (let item = entry + 1; item < end; item = tape.nexts[item]!) {
    if (tape.kinds[item] !== JsonKind.NULL) writeAs(writer, null, tape, item, element as Written);
  }
  writer.endVector();
}

function elementType(tape: JsonTape, entry: number): TypeName | 'mixed' {
  const end = tape.nexts[entry]!;
  let common: TypeName | undefined;
  for (let item = entry + 1; item < end; item = tape.nexts[item]!) {
    const type = typeOf(tape, item);
    if (type === 'none') continue;
    common = common === undefined ? type : commonType(common, type);
    if (common === undefined) return 'mixed';
  }
  return common ?? 'string';
}

function typeOf(tape: JsonTape, entry: number): Written {
  switch (tape.kinds[entry]) {
    case JsonKind.STRING:
      return 'string';
    case JsonKind.INTEGER:
      return integerType(tape, entry);
    case JsonKind.REAL:
      return 'double';
    case JsonKind.TRUE:
    case JsonKind.FALSE:
      return 'flag';
    case JsonKind.OBJECT:
      return 'container';
    case JsonKind.ARRAY:
      return 'vector';
    default:
      return 'none';
  }
}

function integerType(tape: JsonTape, entry: number): Written {
  const digits = tape.ends[entry]! - tape.starts[entry]!;
  if (digits <= INT32_DIGITS) return 'integer';
  const text = tape.text(entry);
  const number = Number(text);
  if (number >= INT32_MIN && number <= INT32_MAX) return 'integer';
  if (Number.isSafeInteger(number)) return 'long';
  const exact = BigInt(text);
  return exact >= INT64_MIN && exact <= INT64_MAX ? 'long' : 'string';
}
