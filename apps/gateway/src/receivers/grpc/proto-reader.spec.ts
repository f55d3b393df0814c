import { Writer } from 'protobufjs';
import { ProtoReader } from './proto-reader.ts';

const MIN_64 = -(2n ** 63n);
const MAX_64 = 2n ** 63n - 1n;

function readerOf(bytes: Uint8Array): ProtoReader {
  const reader = new ProtoReader();
  reader.reset(Buffer.from(bytes), 0);
  return reader;
}

/** A varint of 64 bits. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

const zigZag = (value: bigint): bigint => (value << 1n) ^ (value >> 63n);
const bits = ({ low, high }: ProtoReader): bigint => (BigInt(high) << 32n) | BigInt(low >>> 0);

describe('a number of 64 bits', () => {
  it.each([0n, 1n, 127n, 128n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, MAX_64, MIN_64, -1n])('%d', (value) => {
    const bytes = varint(value);
    const reader = readerOf(Buffer.from(bytes));
    reader.varint64(bytes.length);
    expect(bits(reader)).toBe(value);
    expect(reader.signed).toBe(Number(value));
    expect(reader.unsigned).toBe(Number(BigInt.asUintN(64, value)));
    expect(reader.position).toBe(bytes.length);

    const zigZagged = varint(zigZag(value));
    const signed = readerOf(Buffer.from(zigZagged));
    signed.sint64(zigZagged.length);
    expect(bits(signed)).toBe(value);

    const fixed = Buffer.alloc(8);
    fixed.writeBigInt64LE(value);
    const fixedReader = readerOf(fixed);
    fixedReader.fixed64(8);
    expect(bits(fixedReader)).toBe(value);
  });
});

it.each([0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1])('a uint32 of %d is unsigned', (value) => {
  const bytes = Writer.create().uint32(value).finish();
  expect(readerOf(bytes).uint32(bytes.length)).toBe(value);
});

it.each([0, 1, -1, 63, -64, 64, 2 ** 31 - 1, -(2 ** 31)])('a sint32 of %d', (value) => {
  const bytes = Writer.create().sint32(value).finish();
  expect(readerOf(bytes).sint32(bytes.length)).toBe(value);
});

it.each([8, 127, 128, 2 ** 31 + 2, 2 ** 32 - 6])('the key %d', (key) => {
  const bytes = Writer.create().uint32(key).finish();
  expect(readerOf(bytes).key(bytes.length)).toBe(key);
});

it.each([
  ['0', [0]],
  ['7', [7]],
  ['2^32', varint(2n ** 32n)],
])('no key is %s', (_, bytes) => {
  expect(() => readerOf(Buffer.from(bytes)).key(bytes.length)).toThrow('a field has the number 0 or one that is too large');
});

it.each([0, 1, 127, 128, 300])('goes to the end of a field of %d bytes', (length) => {
  const prefix = varint(BigInt(length));
  const reader = readerOf(Buffer.concat([Buffer.from(prefix), Buffer.alloc(length)]));
  expect(reader.lengthEnd(prefix.length + length)).toBe(prefix.length + length);
  expect(reader.position).toBe(prefix.length);
});

it.each([1n, 127n, 128n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 64n - 1n])(
  'refuses a field of %d bytes where the message has less',
  (length) => {
    const prefix = varint(length);
    const end = prefix.length + (length < 200n ? Number(length) - 1 : 0);
    // What comes behind the message is not its own.
    const reader = readerOf(Buffer.concat([Buffer.from(prefix), Buffer.alloc(400)]));
    expect(() => reader.lengthEnd(end)).toThrow('a field ends after its message');
  },
);

it.each(['key', 'varint64', 'lengthEnd'] as const)('%s reads nothing at the end of a message', (method) => {
  const reader = readerOf(Buffer.from([0x08, 0x08]));
  reader.position = 1;
  expect(() => reader[method](1)).toThrow('a number ends too early');
});
