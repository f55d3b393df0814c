/** The last millisecond whose ticks fit into 64 bits. */
const MAX_MS = 922_337_203_685_477;
const TICKS_PER_MS = 10_000n;

/** Ticks of 100 ns since 1970; undefined when the events' format cannot hold the time. */
export function ticksOf(ms: number): bigint | undefined {
  return ms >= 0 && ms <= MAX_MS ? BigInt(ms) * TICKS_PER_MS : undefined;
}
