import { execFileSync } from 'node:child_process';
import { parseTime } from './time-parameter.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

it.each<[string, number | undefined]>([
  ['0', 0],
  ['1700000000000', 1_700_000_000_000],
  ['2026-01-02T03:04:05Z', NOW],
  ['2026-01-02', Date.UTC(2026, 0, 2)],
  ['2026-01-02T05:04:05+02:00', NOW],
  ['2026-01-02T05:04+0200', NOW - 5000],
  ['2026-01-02T03:04:05', NOW],
  ['2026-01-02 03:04', NOW - 5000],
  ['2026-01', Date.UTC(2026, 0, 1)],
  ['-90s', NOW - 90_000],
  ['-15m', NOW - 900_000],
  ['-2h', NOW - 7_200_000],
  ['-1d', NOW - 86_400_000],
  ['15m', undefined],
  ['-15', undefined],
  ['-1w', undefined],
  ['yesterday', undefined],
  ['2026-13-40', undefined],
  ['2026-02-31', undefined],
  ['2026-01-02+02:00', undefined],
  ['2026-01-02T25:00', undefined],
  ['1969-12-31T23:59:59.999Z', undefined],
  ['-99999d', undefined],
  ['', undefined],
])('%j is %p', (text, expected) => expect(parseTime(text, NOW)).toBe(expected));

it('is UTC without a zone, wherever it is read', () => {
  const script = `import { parseTime } from ${JSON.stringify(require.resolve('./time-parameter.ts'))}; console.log(parseTime('2026-01-02T03:04:05'))`;
  const env = { ...process.env, TZ: 'America/New_York' };
  expect(Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { env }))).toBe(NOW);
});
