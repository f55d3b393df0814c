import { msToTicks } from '@hercules/protocol/writing';

/** A moment: a Date, ms since 1970 (a fraction is kept down to 100 ns), or a bigint of 100-ns ticks since 1970. */
export type Time = Date | number | bigint;

/** @throws RangeError for an invalid Date, or a number that is not finite */
export function ticksOf(time: Time): bigint {
  if (typeof time === 'bigint') return time;
  return msToTicks(typeof time === 'number' ? time : time.getTime());
}
