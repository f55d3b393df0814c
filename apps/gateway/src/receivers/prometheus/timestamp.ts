import type { ProtoReader } from '../grpc/proto-reader.ts';

const TWO_32 = 0x1_0000_0000;
/** The last millisecond whose ticks fit into 64 bits. */
const MAX_MS = 922_337_203_685_477;
const TICKS_PER_MS = 10_000n;

/** The int64 that the reader has read last, in ms since 1970. Beyond 2^53 it is not exact, and not a time either. */
export function millisecondsOf({ low, high }: ProtoReader): number {
  return (high | 0) * TWO_32 + low;
}

/** Ticks of 100 ns since 1970; undefined when the events' format cannot hold the time. */
export function ticksOf(ms: number): bigint | undefined {
  return ms >= 0 && ms <= MAX_MS ? BigInt(ms) * TICKS_PER_MS : undefined;
}
