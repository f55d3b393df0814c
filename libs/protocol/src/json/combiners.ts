import type { Value } from '../event.ts';
import { formatIsoTicks } from '../iso-ticks.ts';
import { TICKS_PER_MS } from '../ticks.ts';
import type { JsonValue } from './json-value.ts';

/** Turns the values at several paths (undefined = absent) into one; null means "nothing is put". */
export type Combiner = (values: readonly (Value | undefined)[]) => JsonValue;

const TICKS_PER_MICROSECOND = 10;
/** Largest first: ticks of 100 ns in each unit. */
const UNITS: readonly [name: string, ticks: number][] = [
  ['days', 864_000_000_000],
  ['hours', 36_000_000_000],
  ['minutes', 600_000_000],
  ['seconds', 10_000_000],
  ['milliseconds', 10_000],
];

function long(value: Value | undefined): bigint | undefined {
  return value?.type === 'long' ? value.value : undefined;
}

function isoDateTime([timestamp, offset]: readonly (Value | undefined)[]): string | null {
  const ticks = long(timestamp);
  return ticks === undefined ? null : formatIsoTicks(ticks, long(offset) ?? 0n);
}

function latencyTicks([begin, end]: readonly (Value | undefined)[]): bigint | undefined {
  const from = long(begin);
  const to = long(end);
  return from === undefined || to === undefined ? undefined : BigInt.asIntN(64, to - from);
}

function latencyMs(values: readonly (Value | undefined)[]): bigint | null {
  const ticks = latencyTicks(values);
  return ticks === undefined ? null : ticks / TICKS_PER_MS;
}

/** At most three decimals in the largest unit of which there is at least one. */
function latencyString(values: readonly (Value | undefined)[]): string | null {
  const latency = latencyTicks(values);
  if (latency === undefined) return null;
  const ticks = Number(latency);
  const [name, size] = UNITS.find(([, unit]) => ticks >= unit) ?? ['microseconds', TICKS_PER_MICROSECOND];
  return `${threeDecimals(ticks / size)} ${name}`;
}

/** At most three decimals; a tie goes to the even digit, while toFixed takes the larger. Only odd sixteenths are ties in binary. */
function threeDecimals(value: number): number {
  const isTie = Math.abs(value * 16) % 2 === 1;
  if (!isTie) return Number(value.toFixed(3));
  const below = Math.floor(value * 1000);
  return (below % 2 === 0 ? below : below + 1) / 1000;
}

export interface KnownCombiner {
  readonly combine: Combiner;
  /** How many paths it takes. */
  readonly sources: { readonly min: number; readonly max: number };
}

const ISO_DATE_TIME: KnownCombiner = { combine: isoDateTime, sources: { min: 1, max: 2 } };
const LATENCY_MS: KnownCombiner = { combine: latencyMs, sources: { min: 2, max: 2 } };
const LATENCY_STRING: KnownCombiner = { combine: latencyString, sources: { min: 2, max: 2 } };

/** By the last segment of the class name that the original's mapping files use, and by a short name. */
export const COMBINERS: ReadonlyMap<string, KnownCombiner> = new Map<string, KnownCombiner>([
  ['IsoDateTimeCombiner', ISO_DATE_TIME],
  ['iso-date-time', ISO_DATE_TIME],
  ['LatencyMsCombiner', LATENCY_MS],
  ['latency-ms', LATENCY_MS],
  ['LatencyStringCombiner', LATENCY_STRING],
  ['latency-string', LATENCY_STRING],
]);
