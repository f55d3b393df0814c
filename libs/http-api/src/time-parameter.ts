import { z } from 'zod';
import type { Parameter } from './parameter.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const RELATIVE = /^-(\d{1,9})([smhd])$/;
const MILLISECONDS = /^\d{1,15}$/;
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

/** @param now ms since 1970 */
export function parseTime(text: string, now = Date.now()): number | undefined {
  const [, amount, unit] = RELATIVE.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * UNIT_MS[unit!]!;
  if (MILLISECONDS.test(text)) return Number(text);
  const ms = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
