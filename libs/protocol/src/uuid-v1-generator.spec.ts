import { TickClock } from './tick-clock.ts';
import { UuidV1Generator } from './uuid-v1-generator.ts';
import { uuidToBytes } from './uuid.ts';

/** Reads the time of a v1 uuid (RFC 9562 §5.1) in 100-ns ticks since 1970. */
function ticksOf(uuid: string): bigint {
  const [low, mid, high] = uuid.split('-');
  return BigInt(`0x${high!.slice(1)}${mid}${low}`) - 122_192_928_000_000_000n;
}

describe('UuidV1Generator', () => {
  it.each([0, 0.0001, 0.9999, 1_527_679_920_123.4567, 1_795_576_780_105.2114, 4_000_000_000_000])('holds the time %d ms', (ms) => {
    const wholeMs = Math.floor(ms);
    const generator = new UuidV1Generator({ clock: new TickClock({ wallMs: () => wholeMs, monotonicMs: () => ms, originMs: 0 }) });
    const uuid = generator.next();
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ticksOf(uuid)).toBe(BigInt(wholeMs) * 10_000n + BigInt(Math.floor((ms - wholeMs) * 10_000)));
  });

  it('has the bits of the protocol in its lower half', () => {
    const client = uuidToBytes(new UuidV1Generator().next()).readBigUInt64BE(8);
    const internal = uuidToBytes(new UuidV1Generator({ internal: true }).next()).readBigUInt64BE(8);
    expect(client >> 61n).toBe(0b100n);
    expect(internal >> 61n).toBe(0b101n);
    expect([client & 0x1fffn, internal & 0x1fffn]).toEqual([0n, 0n]);
  });

  it('never repeats itself, and its time grows; two generators differ', () => {
    const generator = new UuidV1Generator();
    const uuids = Array.from({ length: 20_000 }, () => generator.next());
    for (let i = 1; i < uuids.length; i++)
      if (ticksOf(uuids[i]!) <= ticksOf(uuids[i - 1]!)) throw new Error(`${uuids[i]} came after ${uuids[i - 1]}`);
    expect(new Set(uuids.map((uuid) => uuid.slice(19))).size).toBe(1);
    expect(new UuidV1Generator().next().slice(19)).not.toBe(uuids[0]!.slice(19));
  });

  it('writes the same into a buffer', () => {
    const bytes = Buffer.alloc(20);
    new UuidV1Generator({ internal: true }).nextInto(bytes, 2);
    expect(bytes[8]! >> 4).toBe(1);
    expect(bytes[10]! >> 5).toBe(0b101);
    expect([bytes[0], bytes[1], bytes[18], bytes[19]]).toEqual([0, 0, 0, 0]);
  });
});
