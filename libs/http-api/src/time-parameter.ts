import { z } from 'zod';
import type { Parameter } from './parameter.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const RELATIVE = /^-(\d{1,9})([smhd])$/;
const MILLISECONDS = /^\d{1,15}$/;
/** Day, time and zone. */
const ISO = /^(\d{4}-\d\d(?:-\d\d)?)(?:([T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;
/** Completes what is wrong with a text that `parseTime` does not take. */
export const TIME_EXPECTED = 'expected a time: ISO 8601, ms since 1970, or back from now such as -15m (s, m, h, d)';

/** A moment, as ms since 1970. */
export function timeParameter(name: string, description: string, required: boolean): Parameter<number> {
  const schema = z.string().transform((text, context) => {
    const ms = parseTime(text);
    if (ms !== undefined) return ms;
    context.addIssue({ code: 'custom', message: TIME_EXPECTED });
    return z.NEVER;
  });
  return { name, description, required, emptyIsMissing: true, schema };
}

/**
 * UTC where a time has no zone. Nothing is older than 1970.
 * @param now ms since 1970
 */
export function parseTime(text: string, now = Date.now()): number | undefined {
  const ms = msOf(text, now);
  return ms === undefined || Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

function msOf(text: string, now: number): number | undefined {
  const [, amount, unit] = RELATIVE.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * UNIT_MS[unit!]!;
  if (MILLISECONDS.test(text)) return Number(text);
  const [, day, time = '', zone = 'Z'] = ISO.exec(text) ?? [];
  if (day === undefined) return undefined;
  const midnight = Date.parse(day);
  // A 31st of February would be taken for a day of March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return undefined;
  return time === '' ? midnight : Date.parse(`${day}${time}${zone}`);
}
