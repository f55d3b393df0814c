export const MINUTE_MS = 60_000;
/** Event times are in ticks of 100 ns since 1970 (protocol §3). */
export const MINUTE_TICKS = 600_000_000;

const HOUR = 60;
const DAY = 24 * HOUR;
const FAR = 30 * DAY;

/** Stands for all minutes of event time that are more than 30 days before, or after, the arrival. */
export const FAR_PAST = -1;
export const FAR_FUTURE = -2;

export function minuteOfMs(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

export function minuteOfTicks(ticks: number): number {
  return Math.floor(ticks / MINUTE_TICKS);
}

/**
 * The minute of event time under which an event is counted: exact within an hour of its arrival, rounded down to the hour within a day and to the day within
 * 30 days, so that events of any age take a bounded number of counts.
 */
export function eventMinuteBucket(arrivalMinute: number, eventMinute: number): number {
  const distance = Math.abs(arrivalMinute - eventMinute);
  if (distance <= HOUR) return eventMinute;
  if (distance <= DAY) return eventMinute - (eventMinute % HOUR);
  if (distance <= FAR) return eventMinute - (eventMinute % DAY);
  return eventMinute < arrivalMinute ? FAR_PAST : FAR_FUTURE;
}

/** Whether events of this bucket came more than so many minutes after they happened. */
export function isLate(arrivalMinute: number, bucket: number, lateAfterMinutes: number): boolean {
  return bucket === FAR_PAST || (bucket !== FAR_FUTURE && arrivalMinute - bucket > lateAfterMinutes);
}
