const NANOSECONDS_PER_TICK = 100;
const TICKS_PER_MS = 10_000n;
const TWO_32 = 0x1_0000_0000;

/** A time as 64 bits of ticks (100 ns) in two unsigned halves: no bigint is made for an item. */
export class TickHalves {
  high = 0;
  low = 0;

  /** True for 0, which OTLP takes for unknown. */
  get isUnknown(): boolean {
    return this.high === 0 && this.low === 0;
  }

  /** @param high @param low halves of an unsigned number of nanoseconds; what is less than a tick is cut off */
  setNanoseconds(high: number, low: number): void {
    this.high = Math.floor(high / NANOSECONDS_PER_TICK);
    this.low = Math.floor(((high % NANOSECONDS_PER_TICK) * TWO_32 + low) / NANOSECONDS_PER_TICK);
  }

  setMs(ms: number): void {
    const ticks = BigInt(Math.floor(ms)) * TICKS_PER_MS;
    this.high = Number(ticks >> 32n);
    this.low = Number(BigInt.asUintN(32, ticks));
  }

  set({ high, low }: TickHalves): void {
    this.high = high;
    this.low = low;
  }

  equals({ high, low }: TickHalves): boolean {
    return this.high === high && this.low === low;
  }
}
