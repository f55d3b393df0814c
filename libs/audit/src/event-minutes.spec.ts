import { eventBytes } from './block.fixture.ts';
import { EventMinutes } from './event-minutes.ts';
import { eventMinuteBucket, FAR_FUTURE, FAR_PAST, isLate } from './minutes.ts';

const ARRIVAL = 29_000_000;

describe('EventMinutes', () => {
  it('counts events by the minute in which they happened', () => {
    const minutes = new EventMinutes(ARRIVAL);
    for (const happened of [ARRIVAL, ARRIVAL, ARRIVAL - 1, ARRIVAL, ARRIVAL - 1]) minutes.addEvent(eventBytes(happened), 0, 27);
    expect(minutes.entries()).toEqual([
      [ARRIVAL, 3],
      [ARRIVAL - 1, 2],
    ]);
    minutes.addEvent(eventBytes(ARRIVAL), 0, 27);
    expect(minutes.entries()[0]).toEqual([ARRIVAL, 4]);
  });

  it('agrees with whole ticks at the bounds of minutes', () => {
    for (const minute of [0, 1, ARRIVAL, ARRIVAL + 1])
      for (const [ticks, expected] of [
        [0n, minute],
        [599_999_990n, minute],
      ] as const) {
        const bytes = eventBytes(minute);
        bytes.writeBigInt64BE(BigInt(minute) * 600_000_000n + ticks, 1);
        const minutes = new EventMinutes(minute);
        minutes.addEvent(bytes, 0, 27);
        expect(minutes.entries()).toEqual([[expected, 1]]);
      }
  });

  it('leaves out what is too short to have a time', () => {
    const minutes = new EventMinutes(ARRIVAL);
    minutes.addEvent(Buffer.alloc(8), 0, 8);
    expect(minutes.entries()).toEqual([]);
  });
});

it.each([
  ['the same', ARRIVAL, ARRIVAL, false],
  ['an hour ago', ARRIVAL - 60, ARRIVAL - 60, true],
  ['61 minutes ago', ARRIVAL - 61, Math.floor((ARRIVAL - 61) / 60) * 60, true],
  ['five minutes ahead', ARRIVAL + 5, ARRIVAL + 5, false],
  ['three days ago', ARRIVAL - 4320, Math.floor((ARRIVAL - 4320) / 1440) * 1440, true],
  ['40 days ago', ARRIVAL - 57_600, FAR_PAST, true],
  ['40 days ahead', ARRIVAL + 57_600, FAR_FUTURE, false],
])('an event of %s is counted under its bucket and late accordingly', (_, happened, bucket, late) => {
  expect(eventMinuteBucket(ARRIVAL, happened)).toBe(bucket);
  expect(isLate(ARRIVAL, bucket, 5)).toBe(late);
});

it('has few buckets for events of any age', () => {
  const buckets = new Set<number>();
  for (let distance = -100_000; distance <= 100_000; distance++) buckets.add(eventMinuteBucket(ARRIVAL, ARRIVAL + distance));
  expect(buckets.size).toBeLessThan(250);
});
