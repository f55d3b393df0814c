import { CliError } from '../cli-error.ts';
import { formatDuration, formatMeasured, parseDuration } from './duration.ts';

it.each([
  ['1', 1],
  ['1500ms', 1500],
  ['90s', 90_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

it.each(['', '0', '-1d', '1.5h', '1y', 'd', '99999999999999d', ' 1d'])('%j is no duration', (text) =>
  expect(() => parseDuration(text)).toThrow(CliError),
);

it.each([1, 1500, 60_000, 604_800_000, 86_400_001])('%d ms is read back from its text', (ms) =>
  expect(parseDuration(formatDuration(ms))).toBe(ms),
);

it.each([
  [0, '0µs'],
  [999, '999µs'],
  [1000, '1.00ms'],
  [12_345, '12.3ms'],
  [123_456, '123ms'],
  [999_600, '1.00s'],
  [61_000_000, '61.0s'],
])('%d µs is shown as %s', (us, text) => expect(formatMeasured(us)).toBe(text));
