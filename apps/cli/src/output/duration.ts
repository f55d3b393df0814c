import { CliError } from '../cli-error.ts';

const UNIT_MS: readonly (readonly [string, number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** Reads `7d`, `90m`, `1500ms`, or a whole number of ms. @returns ms @throws CliError usage */
export function parseDuration(text: string): number {
  const [, amount, unit = 'ms'] = /^(\d{1,13})(ms|[smhdw])?$/.exec(text) ?? [];
  const ms = Number(amount) * (UNIT_MS.find(([name]) => name === unit)?.[1] ?? NaN);
  if (!Number.isSafeInteger(ms) || ms <= 0)
    throw CliError.usage(`"${text}" is no duration`, 'Give a number and a unit: ms, s, m, h, d or w, such as 7d or 90m.');
  return ms;
}

/** The shortest exact form of a duration, such as `7d` or `1500ms`. */
export function formatDuration(ms: number): string {
  const [unit, size] = UNIT_MS.find(([name, size]) => name !== 'w' && ms >= size && ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

/** A measured time for people: three digits and a unit. @param microseconds */
export function formatMeasured(microseconds: number): string {
  const threeDigits = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
  if (microseconds < 1000) return `${Math.round(microseconds)}µs`;
  if (microseconds < 999_500) return `${threeDigits(microseconds / 1000)}ms`;
  return `${threeDigits(microseconds / 1_000_000)}s`;
}
