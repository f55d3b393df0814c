const MS_PER_DAY = 86_400_000;
/** 864 000 000 000 ticks a day = 2^14 · 52 734 375. */
const TICKS_PER_DAY_SHIFTED = 52_734_375;

/**
 * UTC day number since 1970-01-01 of the event that starts at `start`. Exact without bigint: the 64-bit ticks are first shifted right by
 * 14 bits, which leaves 50 bits and divides the day's length evenly.
 */
export function eventDay(buffer: Buffer, start: number): number {
  const high = buffer.readInt32BE(start + 1);
  const low = buffer.readUInt32BE(start + 5);
  return Math.floor((high * 0x40000 + (low >>> 14)) / TICKS_PER_DAY_SHIFTED);
}

/** `-yyyy.MM.dd` of a day number. */
export function daySuffix(day: number): string {
  const date = new Date(day * MS_PER_DAY);
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  return `-${String(date.getUTCFullYear()).padStart(4, '0')}.${twoDigits(date.getUTCMonth() + 1)}.${twoDigits(date.getUTCDate())}`;
}
