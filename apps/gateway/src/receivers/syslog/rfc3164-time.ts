import { msToTicks } from '@hercules/protocol';

const TIME = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MS_PER_MINUTE = 60_000;
/** A sender's clock may be ahead, but not by so much. */
const MAX_AHEAD_MS = 31 * 86_400_000;

/**
 * Ticks of a time such as `Nov  5 07:08:09`, in the year in which it lies not far ahead of now; undefined for what is no time.
 * @param offsetMinutes time zone of the sender
 */
export function rfc3164Ticks(text: string, nowMs: number, offsetMinutes: number): bigint | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const month = MONTHS.indexOf(match[1]!);
  const [day, hour, minute, second] = match.slice(2).map(Number) as [number, number, number, number];
  if (month < 0 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const thisYear = new Date(nowMs).getUTCFullYear();
  // The last years are tried too, for the 29th of February.
  for (let year = thisYear + 1; year > thisYear - 8; year--) {
    const local = Date.UTC(year, month, day, hour, minute, second);
    if (new Date(Date.UTC(year, month, day)).getUTCMonth() !== month) continue;
    const ms = local - offsetMinutes * MS_PER_MINUTE;
    if (ms - nowMs <= MAX_AHEAD_MS) return msToTicks(ms);
  }
  return undefined;
}
