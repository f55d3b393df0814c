import { dayOfTicks, formatIsoTicks, parseIsoTicks } from './iso-ticks.ts';
import { TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND } from './ticks.ts';

const NOON = 15_276_799_200_000_000n;

describe('formatIsoTicks', () => {
  it.each<[bigint, bigint | undefined, string]>([
    [NOON, undefined, '2018-05-30T11:32:00.000000000Z'],
    [NOON + 1_234_567n, undefined, '2018-05-30T11:32:00.123456700Z'],
    [NOON, 5n * TICKS_PER_HOUR, '2018-05-30T16:32:00.000000000+05:00'],
    [NOON, -(30n * TICKS_PER_MINUTE), '2018-05-30T11:02:00.000000000-00:30'],
    [NOON, TICKS_PER_SECOND + 7n, '2018-05-30T11:32:01.000000000Z'],
    [NOON, 19n * TICKS_PER_HOUR, '2018-05-30T11:32:00.000000000Z'],
    [0n, 0n, '1970-01-01T00:00:00.000000000Z'],
    [-1n, undefined, '1969-12-31T23:59:59.999999900Z'],
    [2n ** 63n - 1n, undefined, '+31197-09-14T02:48:05.477580700Z'],
    [-(2n ** 63n), undefined, '+27259-04-19T21:11:54.522419200Z'],
    [2_534_023_008_000_000_000n - 1n, undefined, '9999-12-31T23:59:59.999999900Z'],
  ])('%d with the offset %p', (ticks, offset, text) => {
    expect(formatIsoTicks(ticks, offset)).toBe(text);
  });
});

describe('dayOfTicks', () => {
  it('rounds down', () => {
    expect(dayOfTicks(TICKS_PER_DAY - 1n)).toBe(0);
    expect(dayOfTicks(-1n)).toBe(-1);
    expect(dayOfTicks(-TICKS_PER_DAY)).toBe(-1);
  });
});

describe('parseIsoTicks', () => {
  it.each<[string, bigint | undefined]>([
    ['2018-05-30T11:32:00Z', NOON],
    ['2018-05-30T11:32:00.0000001Z', NOON + 1n],
    ['2018-05-30T11:32:00.123456789Z', NOON + 1_234_567n],
    ['2018-05-30 11:32:00,5', NOON + TICKS_PER_SECOND / 2n],
    ['2018-05-30T16:32:00+05:00', NOON],
    ['2018-05-30T16:32+05', NOON],
    ['2018-05-30T06:02:00-0530', NOON],
    ['2018-05-30', NOON - 11n * TICKS_PER_HOUR - 32n * TICKS_PER_MINUTE],
    ['1969-12-31T23:59:59.9999999Z', -1n],
    ['0001-01-01T00:00:00Z', -621_355_968_000_000_000n],
    ['2018-02-30T00:00:00Z', undefined],
    ['2018-05-30T24:00:00Z', undefined],
    ['2018-05-30T11:60:00Z', undefined],
    ['2018-05-30T11:32:00X', undefined],
    ['yesterday', undefined],
    ['', undefined],
  ])('%j', (text, ticks) => expect(parseIsoTicks(text)).toBe(ticks));

  it('reads what formatIsoTicks writes', () => {
    for (const ticks of [0n, -1n, NOON + 7n, 2_534_023_008_000_000_000n - 1n]) expect(parseIsoTicks(formatIsoTicks(ticks))).toBe(ticks);
  });
});
