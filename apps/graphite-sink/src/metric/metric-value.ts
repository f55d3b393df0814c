import { type ByteSink, formatMetricValue } from '@hercules/protocol';

/** Above this many millionths a double is too coarse to tell on which side of a half it lies. */
const EXACT_MILLIONTHS = 2 ** 43;
/** A product this near to a half is left to exact arithmetic: its error is below 2^-9. */
const NEAR_HALF = 0.01;
const MILLION = 1_000_000;
const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
/** Sign, digits of the largest whole part written here, point, six decimals. */
const MOST_BYTES = 1 + 16 + 7;

/** Writes a number with exactly six decimals as `formatMetricValue` gives them: the shortest digits, rounded half to even. */
export function writeMetricValue(value: number, out: ByteSink): void {
  const magnitude = Math.abs(value);
  const millionths = magnitude * MILLION;
  const rounded = Math.round(millionths);
  if (!(millionths < EXACT_MILLIONTHS) || Math.abs(Math.abs(millionths - Math.floor(millionths)) - 0.5) < NEAR_HALF) {
    out.text(formatMetricValue(value));
    return;
  }
  out.ensure(MOST_BYTES);
  const { buffer } = out;
  if (value < 0) buffer[out.length++] = MINUS;
  const whole = Math.floor(rounded / MILLION);
  writeWhole(whole, out);
  buffer[out.length] = POINT;
  let rest = rounded - whole * MILLION;
  for (let i = 6; i > 0; i--) {
    const tenth = (rest / 10) | 0;
    buffer[out.length + i] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  out.length += 7;
}

/** Writes a whole number, 0 or more, below 2^53. The caller has made room for its digits. */
export function writeWhole(value: number, out: ByteSink): void {
  let digits = 1;
  for (let bound = 10; bound <= value; bound *= 10) digits++;
  let rest = value;
  for (let at = out.length + digits - 1; at >= out.length; at--) {
    const tenth = Math.floor(rest / 10);
    out.buffer[at] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  out.length += digits;
}
