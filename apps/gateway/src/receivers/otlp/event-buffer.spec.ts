import { randomBytes } from 'node:crypto';
import { TypeCode } from '@hercules/protocol';
import { BufferPool } from '../../buffer-pool.ts';
import { EventBuffer, Head } from './event-buffer.ts';

const MAX_BYTES = 1_000_000;
/** Around the lengths at which another way of copying is taken. */
const LENGTHS = [...Array.from({ length: 40 }, (_, i) => i), 47, 48, 49, 127, 128, 129, 191, 192, 193, 255, 256, 257, 300];

function newBuffer(bytes = 0): EventBuffer {
  return new EventBuffer(new BufferPool(0), bytes, MAX_BYTES);
}

const written = ({ buf, start, length }: EventBuffer): Buffer => buf.subarray(start, length);

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Source bytes with texts of all lengths one behind the other, the last one up to its end. */
function texts(): { source: Buffer; ranges: [number, number][] } {
  let at = 1;
  const ranges = LENGTHS.map((length): [number, number] => [at, (at += length)]);
  return { source: randomBytes(at), ranges };
}

describe.each([
  ['the source', true],
  ['another buffer', false],
])('from %s', (_, isSource) => {
  const { source, ranges } = texts();

  it('copies tags of texts', () => {
    const out = newBuffer();
    if (isSource) out.setSource(source);
    const expected: Buffer[] = [];
    for (const [keyStart, keyEnd] of ranges.filter(([start, end]) => end - start <= 255)) {
      for (const [start, end] of ranges) {
        out.stringTag(source, keyStart, keyEnd, start, end);
        const [key, text] = [source.subarray(keyStart, keyEnd), source.subarray(start, end)];
        expected.push(Buffer.from([key.length]), key, Buffer.from([TypeCode.STRING]), int32(text.length), text);
      }
    }
    expect(written(out).equals(Buffer.concat(expected))).toBe(true);
  });

  it('copies bytes as they are', () => {
    const out = newBuffer();
    if (isSource) out.setSource(source);
    for (const [start, end] of ranges) out.raw(source, start, end);
    expect(written(out).equals(source.subarray(1))).toBe(true);
  });
});

it('appends all of another buffer, and nothing more', () => {
  const out = newBuffer();
  const expected: Buffer[] = [];
  for (const length of LENGTHS) {
    const other = newBuffer();
    const bytes = randomBytes(length);
    other.raw(bytes, 0, length);
    out.append(other);
    expected.push(bytes);
  }
  expect(written(out).equals(Buffer.concat(expected))).toBe(true);
});

it('writes bytes that are always the same', () => {
  const out = newBuffer();
  const expected = LENGTHS.map((length) => randomBytes(length));
  for (const bytes of expected) out.head(new Head(bytes));
  expect(written(out).equals(Buffer.concat(expected))).toBe(true);
});

it('refuses to grow beyond its limit', () => {
  const out = newBuffer();
  const bytes = randomBytes(MAX_BYTES / 2);
  out.raw(bytes, 0, bytes.length);
  expect(() => out.raw(bytes, 0, bytes.length)).toThrow('take more than 1000000 bytes');
});
