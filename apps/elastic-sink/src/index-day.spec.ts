import { daySuffix, eventDay } from './index-day.ts';

const TICKS_PER_DAY = 864_000_000_000n;

function eventAt(ticks: bigint): Buffer {
  const event = Buffer.alloc(27);
  event[0] = 1;
  event.writeBigInt64BE(ticks, 1);
  return event;
}

describe('eventDay', () => {
  it.each([
    0n,
    1n,
    TICKS_PER_DAY - 1n,
    TICKS_PER_DAY,
    15_276_799_200_000_000n,
    20_000n * TICKS_PER_DAY - 1n,
    20_000n * TICKS_PER_DAY,
    2n ** 63n - 1n,
  ])('is exact at %d ticks', (ticks) => {
    expect(eventDay(eventAt(ticks), 0)).toBe(Number(ticks / TICKS_PER_DAY));
  });
});

describe('daySuffix', () => {
  it('is the UTC date with dots', () => {
    expect(daySuffix(0)).toBe('-1970.01.01');
    expect(daySuffix(17_681)).toBe('-2018.05.30');
  });
});
