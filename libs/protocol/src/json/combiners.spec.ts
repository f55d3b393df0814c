import { tag, type Value } from '../event.ts';
import { COMBINERS } from './combiners.ts';

function combine(name: string, ...values: readonly (Value | undefined)[]): unknown {
  return COMBINERS.get(name)!.combine(values);
}

function latency(ticks: bigint): unknown {
  return combine('LatencyStringCombiner', tag.long(1_000n), tag.long(1_000n + ticks));
}

describe('IsoDateTimeCombiner', () => {
  const ticks = tag.long(15_276_799_200_000_000n);

  it('renders ticks in the given time zone', () => {
    expect(combine('IsoDateTimeCombiner', ticks)).toBe('2018-05-30T11:32:00.000000000Z');
    expect(combine('iso-date-time', ticks, tag.long(180_000_000_000n))).toBe('2018-05-30T16:32:00.000000000+05:00');
    expect(combine('IsoDateTimeCombiner', ticks, tag.long(-126_000_000_000n))).toBe('2018-05-30T08:02:00.000000000-03:30');
  });

  it('takes an offset of another type as none, and gives nothing without a Long', () => {
    expect(combine('IsoDateTimeCombiner', ticks, tag.string('+05:00'))).toBe('2018-05-30T11:32:00.000000000Z');
    expect(combine('IsoDateTimeCombiner', ticks, undefined)).toBe('2018-05-30T11:32:00.000000000Z');
    expect(combine('IsoDateTimeCombiner', tag.integer(1))).toBeNull();
    expect(combine('IsoDateTimeCombiner', undefined, tag.long(0n))).toBeNull();
  });
});

describe('LatencyMsCombiner', () => {
  it('cuts to whole milliseconds towards zero', () => {
    expect(combine('LatencyMsCombiner', tag.long(0n), tag.long(19_999n))).toBe(1n);
    expect(combine('latency-ms', tag.long(19_999n), tag.long(0n))).toBe(-1n);
  });

  it('wraps like 64-bit arithmetic', () => {
    expect(combine('LatencyMsCombiner', tag.long(-(2n ** 63n)), tag.long(2n ** 63n - 1n))).toBe(0n);
  });

  it('gives nothing unless both are Long', () => {
    expect(combine('LatencyMsCombiner', tag.long(0n), undefined)).toBeNull();
    expect(combine('LatencyMsCombiner', tag.integer(0), tag.long(1n))).toBeNull();
  });
});

describe('LatencyStringCombiner', () => {
  it.each([
    [0n, '0 microseconds'],
    [5n, '0.5 microseconds'],
    [9_999n, '999.9 microseconds'],
    [10_000n, '1 milliseconds'],
    [15_000_000n, '1.5 seconds'],
    [599_999_999n, '60 seconds'],
    [600_000_000n, '1 minutes'],
    [36_000_000_000n, '1 hours'],
    [864_000_000_000n, '1 days'],
    [8_640_000_000_000_000n, '10000 days'],
    [12_345_678n, '1.235 seconds'],
  ])('renders %s ticks as %s', (ticks, text) => {
    expect(latency(ticks)).toBe(text);
  });

  it('rounds a tie to the even digit', () => {
    expect(latency(10_625_000n)).toBe('1.062 seconds');
    expect(latency(11_875_000n)).toBe('1.188 seconds');
  });

  it('stays with microseconds below zero', () => {
    expect(latency(-15_000_000n)).toBe('-1500000 microseconds');
  });

  it('gives nothing unless both are Long', () => {
    expect(combine('LatencyStringCombiner', undefined, tag.long(1n))).toBeNull();
    expect(combine('latency-string', tag.long(1n), tag.string('2'))).toBeNull();
  });
});
