/** A tick is 100 ns (protocol §3). */
export const TICKS_PER_US = 10n;
export const TICKS_PER_MS = 10_000n;
export const TICKS_PER_SECOND = 10_000_000n;
export const TICKS_PER_MINUTE = 600_000_000n;
export const TICKS_PER_HOUR = 36_000_000_000n;
export const TICKS_PER_DAY = 864_000_000_000n;

/** Milliseconds since 1970-01-01T00:00:00Z, rounded down, which is also right before 1970. */
export function ticksToMs(ticks: bigint): number {
  const ms = ticks / TICKS_PER_MS;
  return Number(ticks < ms * TICKS_PER_MS ? ms - 1n : ms);
}

/** @param ms milliseconds since 1970-01-01T00:00:00Z; a fraction is kept down to a tick */
export function msToTicks(ms: number): bigint {
  const whole = Math.floor(ms);
  return BigInt(whole) * TICKS_PER_MS + BigInt(Math.floor((ms - whole) * 10_000));
}
