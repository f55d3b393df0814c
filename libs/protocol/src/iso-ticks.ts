import { TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_MS, TICKS_PER_SECOND } from './ticks.ts';

/** Java's ZoneOffset ends here. */
const MAX_OFFSET_HOURS = 18n;

/**
 * A moment as text: `2018-05-30T11:32:00.000000000Z`, always nine digits below the second (protocol §9.1, §9.2). With an offset the local
 * time and `+05:00`; an offset below a minute prints as `Z`, as Java does. Years above 9999 have a plus sign; before year 1 it is the year of
 * its era, as in Java's `yyyy`.
 * @param ticks 100-ns ticks since 1970-01-01T00:00:00Z
 * @param offsetTicks difference of local time to UTC; a part below a second is dropped, and beyond 18 hours it is taken as 0
 */
export function formatIsoTicks(ticks: bigint, offsetTicks = 0n): string {
  let offset = offsetTicks - (offsetTicks % TICKS_PER_SECOND);
  if (offset > MAX_OFFSET_HOURS * TICKS_PER_HOUR || offset < -MAX_OFFSET_HOURS * TICKS_PER_HOUR) offset = 0n;
  const local = ticks + offset;
  const subMs = ((local % TICKS_PER_MS) + TICKS_PER_MS) % TICKS_PER_MS;
  const date = new Date(Number((local - subMs) / TICKS_PER_MS));
  const rest = date.toISOString().slice(-20, -1);
  return `${formatYear(date.getUTCFullYear())}${rest}${subMs.toString().padStart(4, '0')}00${formatOffset(offset)}`;
}

function formatYear(year: number): string {
  const yearOfEra = year > 0 ? year : 1 - year;
  return `${yearOfEra > 9999 ? '+' : ''}${yearOfEra.toString().padStart(4, '0')}`;
}

function formatOffset(offset: bigint): string {
  const magnitude = offset < 0n ? -offset : offset;
  const hours = magnitude / TICKS_PER_HOUR;
  const minutes = (magnitude % TICKS_PER_HOUR) / TICKS_PER_MINUTE;
  if (hours === 0n && minutes === 0n) return 'Z';
  return `${offset < 0n ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`;
}

function twoDigits(value: bigint): string {
  return value.toString().padStart(2, '0');
}

/** The number of the UTC day since 1970-01-01, rounded down. */
export function dayOfTicks(ticks: bigint): number {
  const day = ticks / TICKS_PER_DAY;
  return Number(ticks < day * TICKS_PER_DAY ? day - 1n : day);
}

const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$/;

/**
 * Ticks of a moment in ISO 8601 as programs write it (RFC 3339, and a little more): a date, or date and time with up to nine digits below the second, of which
 * seven count; without an offset it is UTC. Undefined for anything else, and for days that do not exist.
 */
export function parseIsoTicks(text: string): bigint | undefined {
  const match = ISO_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', , sign, offsetHours = '0', offsetMinutes = '0'] = match;
  // Date.UTC takes a year below 100 for one of the last century.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const ms = date.setUTCHours(Number(hour), Number(minute), Number(second));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = BigInt(offsetHours) * TICKS_PER_HOUR + BigInt(offsetMinutes) * TICKS_PER_MINUTE;
  const local = BigInt(ms) * TICKS_PER_MS + BigInt(fraction.slice(0, 7).padEnd(7, '0'));
  return sign === '-' ? local + offset : local - offset;
}
