import { randomBytes } from 'node:crypto';
import { TickClock } from './tick-clock.ts';
import { UUID_BYTES, uuidFromBytes } from './uuid.ts';

/** From 1582-10-15T00:00:00Z, where the time of v1 uuids begins (RFC 9562 §5.1), to 1970-01-01T00:00:00Z. */
const GREGORIAN_OFFSET_MS = 12_219_292_800_000;
const TICKS_IN_MS = 10_000;
const TWO_POW_24 = 0x100_0000;
const VARIANT_BITS = 0x80;
/** Bit 61 of the lower half: the system itself made the id, not a client. */
const INTERNAL_BIT = 0x20;

export interface UuidV1Options {
  readonly clock?: TickClock;
  /** True in components of the system that make events themselves; false, the default, in clients. */
  readonly internal?: boolean;
}

/**
 * Time-based uuids in the layout of the protocol (§3): ticks that strictly grow in the upper half, and in the lower half the variant and 48
 * random bits that are the generator's own, so that two generators never meet.
 */
export class UuidV1Generator {
  readonly #clock: TickClock;
  readonly #lowerHalf: Buffer;
  readonly #scratch = Buffer.alloc(UUID_BYTES);

  constructor({ clock = new TickClock(), internal = false }: UuidV1Options = {}) {
    this.#clock = clock;
    this.#lowerHalf = lowerHalf(internal);
  }

  next(): string {
    this.nextInto(this.#scratch, 0);
    return uuidFromBytes(this.#scratch);
  }

  /** Writes 16 bytes at `offset`; the caller has made room. */
  nextInto(target: Buffer, offset: number): void {
    const clock = this.#clock;
    clock.advance();
    // Ticks need 60 bits, so they are computed as two parts below 2^40 that a number holds exactly.
    const ms = clock.wholeMs + GREGORIAN_OFFSET_MS;
    const lowMs = ms % TWO_POW_24;
    const lowTicks = lowMs * TICKS_IN_MS + clock.subMsTicks;
    const low24 = lowTicks % TWO_POW_24;
    const high36 = ((ms - lowMs) / TWO_POW_24) * TICKS_IN_MS + (lowTicks - low24) / TWO_POW_24;
    const timeLow = (high36 % 0x100) * TWO_POW_24 + low24;
    const timeMidAndHigh = Math.floor(high36 / 0x100);
    target.writeUInt32BE(timeLow, offset);
    target.writeUInt16BE(timeMidAndHigh & 0xffff, offset + 4);
    target.writeUInt16BE(0x1000 | ((timeMidAndHigh >>> 16) & 0x0fff), offset + 6);
    this.#lowerHalf.copy(target, offset + 8);
  }
}

/** Bits 63 and 62 are the variant, bits 60 to 13 are random, the rest is 0. */
function lowerHalf(internal: boolean): Buffer {
  const random48 = BigInt(`0x${randomBytes(6).toString('hex')}`);
  const half = Buffer.alloc(8);
  half.writeBigUInt64BE(random48 << 13n);
  half[0]! |= VARIANT_BITS | (internal ? INTERNAL_BIT : 0);
  return half;
}
