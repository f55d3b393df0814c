import { parseTime } from './time-parameter.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

it.each<[string, number | undefined]>([
  ['0', 0],
  ['1700000000000', 1_700_000_000_000],
  ['2026-01-02T03:04:05Z', NOW],
  ['2026-01-02', Date.UTC(2026, 0, 2)],
  ['2026-01-02T05:04:05+02:00', NOW],
  ['-90s', NOW - 90_000],
  ['-15m', NOW - 900_000],
  ['-2h', NOW - 7_200_000],
  ['-1d', NOW - 86_400_000],
  ['15m', undefined],
  ['-15', undefined],
  ['-1w', undefined],
  ['yesterday', undefined],
  ['2026-13-40', undefined],
  ['', undefined],
])('%j is %p', (text, expected) => expect(parseTime(text, NOW)).toBe(expected));
