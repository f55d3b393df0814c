import type { ByteSink } from '../byte-sink.ts';
import { formatIsoTicks } from '../iso-ticks.ts';

const QUOTE = 0x22;
const DIGIT_ZERO = 0x30;
const TICKS_PER_SECOND = 10_000_000;
const SECONDS_PER_MINUTE = 60;
/** 2^32 ticks are this many seconds and ticks. */
const SECONDS_OF_HIGH = 429;
const TICKS_OF_HIGH = 4_967_296;
/** The high half of ticks in the year 9999: up to here the year has four digits and all sums are exact. */
const MAX_HIGH = 589_000_000;
/** The text down to the minute, with the quote: `"2018-05-30T11:32:`. */
const MINUTE_CHARS = 18;

/** Writes timestamps as JSON strings (protocol §9.1): formatIsoTicks with the text of the last minute kept. */
export class TimeBytes {
  #minute = -1;
  #text = '';

  /** @param at position of the 64-bit ticks */
  write(buf: Buffer, at: number, out: ByteSink): void {
    const high = (buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!;
    if (high < 0 || high > MAX_HIGH) {
      out.text(`"${formatIsoTicks(buf.readBigInt64BE(at))}"`);
      return;
    }
    const low = ((buf[at + 4]! << 24) | (buf[at + 5]! << 16) | (buf[at + 6]! << 8) | buf[at + 7]!) >>> 0;
    const rest = high * TICKS_OF_HIGH + low;
    const restSeconds = Math.floor(rest / TICKS_PER_SECOND);
    const seconds = high * SECONDS_OF_HIGH + restSeconds;
    const minute = Math.floor(seconds / SECONDS_PER_MINUTE);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#text = `"${new Date(minute * SECONDS_PER_MINUTE * 1000).toISOString().slice(0, MINUTE_CHARS - 1)}`;
    }
    out.ensure(32);
    const { buffer } = out;
    const text = this.#text;
    let to = out.length;
    for (let i = 0; i < MINUTE_CHARS; i++) buffer[to++] = text.charCodeAt(i);
    const second = seconds - minute * SECONDS_PER_MINUTE;
    const tens = (second / 10) | 0;
    buffer[to++] = DIGIT_ZERO + tens;
    buffer[to++] = DIGIT_ZERO + second - tens * 10;
    buffer[to++] = 0x2e;
    let ticks = (rest - restSeconds * TICKS_PER_SECOND) | 0;
    for (let i = 6; i >= 0; i--) {
      const next = (ticks / 10) | 0;
      buffer[to + i] = DIGIT_ZERO + ticks - next * 10;
      ticks = next;
    }
    to += 7;
    buffer[to++] = DIGIT_ZERO;
    buffer[to++] = DIGIT_ZERO;
    buffer[to++] = 0x5a;
    buffer[to++] = QUOTE;
    out.length = to;
  }
}
