import fc from 'fast-check';
import { tag } from './event.ts';
import { HPath } from './hpath.ts';
import { naiveHash, partitionOfHash, ShardingKey } from './naive-hash.ts';
import { anyEvent } from './testing/event-arbitraries.ts';
import { encodeEvent } from './writer.ts';

const anyPaths = fc.array(
  fc.constantFrom('a', 'b', 'c', 'a/a', 'a/b', 'b/c', '', 'absent').map((text) => HPath.parse(text)),
  { maxLength: 4 },
);

function hashOfHex(hex: string): number {
  const header = encodeEvent({ version: 1, timestamp: 0n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map() }).subarray(
    0,
    25,
  );
  const event = Buffer.concat([header, Buffer.from(`00010161${hex}`, 'hex')]);
  return new ShardingKey([HPath.parse('a')]).hash(event, 0, event.length);
}

describe('ShardingKey', () => {
  it('has the same result on bytes as on the decoded event', () => {
    fc.assert(
      fc.property(anyEvent, anyPaths, (event, paths) => {
        const bytes = encodeEvent(event);
        expect(new ShardingKey(paths).hash(bytes, 0, bytes.length)).toBe(naiveHash(event, paths));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a NaN of any bits counts as the canonical one', '07ffc00001', 0x7fc00000],
    ['infinity is no NaN', '077f800000', 0x7f800000],
    ['a double NaN of any bits', '08fff0000000000001', 0x7ff80000],
    ['a double infinity', '087ff0000000000000', 0x7ff00000],
    ['minus zero', '088000000000000000', -0x8000_0000],
    ['a flag of 2 is true', '0602', 2029],
    ['bytes are signed', '02c8', -56],
    ['a string of bytes that are no UTF-8', '0900000001ff', -1],
    ['a vector of bytes', '8002000000020102', 33],
    ['an empty vector of bytes', '800200000000', 0],
    ['a vector of vectors of bytes', '8080000000010200000001ff', 0],
  ])('%s', (_what, hex, hash) => {
    expect(hashOfHex(hex)).toBe(hash);
  });

  it('wraps at 32 bits over many paths, and has partitions from 0 on', () => {
    const payload = new Map([['a', tag.integer(-7)]]);
    const event = { version: 1, timestamp: 0n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload };
    const paths = Array.from({ length: 20 }, () => HPath.parse('a'));
    const expected = paths.reduce((hash) => BigInt.asIntN(32, 31n * hash - 7n), 0n);
    expect(naiveHash(event, paths)).toBe(Number(expected));
    const bytes = encodeEvent(event);
    expect(new ShardingKey(paths).partition(bytes, 0, bytes.length, 7)).toBe(partitionOfHash(Number(expected), 7));
    expect(partitionOfHash(-1, 10)).toBe(7);
  });
});
