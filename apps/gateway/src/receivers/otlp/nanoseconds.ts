const NANOSECONDS_PER_TICK = 100;
const TICKS_PER_MS = 10_000n;
const TWO_32 = 0x1_0000_0000;

/** A time as 64 bits of ticks (100 ns) in two halves of 32 bits: no bigint is made for an item. */
export class TickHalves {
  high = 0;
  low = 0;

  /** True for 0, which OTLP takes for unknown. */
  get isUnknown(): boolean {
    return this.high === 0 && this.low === 0;
  }

  clear(): void {
    this.high = 0;
    this.low = 0;
  }

  /** Reads eight little-endian bytes: an unsigned number of nanoseconds. What is less than a tick is cut off. */
  readNanoseconds(buf: Buffer, at: number): void {
    const low = (buf[at]! | (buf[at + 1]! << 8) | (buf[at + 2]! << 16) | (buf[at + 3]! << 24)) >>> 0;
    const high = (buf[at + 4]! | (buf[at + 5]! << 8) | (buf[at + 6]! << 16) | (buf[at + 7]! << 24)) >>> 0;
    this.high = Math.floor(high / NANOSECONDS_PER_TICK) | 0;
    this.low = Math.floor(((high % NANOSECONDS_PER_TICK) * TWO_32 + low) / NANOSECONDS_PER_TICK) | 0;
  }

  setMs(ms: number): void {
    const ticks = BigInt(Math.floor(ms)) * TICKS_PER_MS;
    this.high = Number(ticks >> 32n);
    this.low = Number(BigInt.asIntN(32, ticks));
  }

  equals({ high, low }: TickHalves): boolean {
    return this.high === high && this.low === low;
  }
}
