import { HerculesError } from '@hercules/protocol';

/** What becomes of the values of a bucket. */
export const FUNCTIONS = ['max', 'min', 'avg', 'sum', 'count', 'last', 'percentiles'] as const;
export type AggregateFunction = (typeof FUNCTIONS)[number];

/** How a metric is aggregated, as its event or a rule says. */
export interface Aggregation {
  readonly function: AggregateFunction;
  /** Length of a bucket, in ms. */
  readonly periodMs: number;
  /** How long after its end a bucket takes late events, in ms. */
  readonly timeToLiveMs: number;
  /** Which end of the bucket is the time of the result. */
  readonly timestamp: 'start' | 'end';
  /** Of percentiles, 0 to 1. */
  readonly quantiles: readonly number[];
}

export interface AggregationDefaults {
  readonly periodMs: number;
  readonly maxPeriodMs: number;
  readonly timeToLiveMs: number;
  readonly quantiles: readonly number[];
}

/** Values of parameters as they stand in events and rules. */
export type Parameters = ReadonlyMap<string, string | number | readonly number[]>;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DURATION = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/;
const START = new Set(['start', 'start of bucket']);
const END = new Set(['end', 'end of bucket']);

/**
 * Reads how a metric is to be aggregated.
 * @param functionName one of {@link FUNCTIONS}, in any case
 * @param parameters `period` and `timeToLive` (also `expire after`): a number of ms or a text like `10s`, `5m`; `timestamp`: `start` or `end` (`of bucket`); `quantiles`: numbers from 0 to 1
 * @throws HerculesError INVALID_ARGUMENT that names the parameter and what was expected
 */
export function parseAggregation(functionName: string, parameters: Parameters, defaults: AggregationDefaults): Aggregation {
  const name = functionName.trim().toLowerCase();
  const found = FUNCTIONS.find((known) => known === name);
  if (found === undefined) throw wrong('aggregationType', FUNCTIONS.join(', '), functionName);
  const periodMs = duration(parameters, ['period']) ?? defaults.periodMs;
  if (!(periodMs >= 100 && periodMs <= defaults.maxPeriodMs)) throw wrong('period', `100 ms to ${defaults.maxPeriodMs} ms`, periodMs);
  const timeToLiveMs = duration(parameters, ['timeToLive', 'expire after']) ?? defaults.timeToLiveMs;
  if (!(timeToLiveMs <= defaults.maxPeriodMs)) throw wrong('timeToLive', `at most ${defaults.maxPeriodMs} ms`, timeToLiveMs);
  return {
    function: found,
    periodMs,
    timeToLiveMs,
    timestamp: timestamp(parameters.get('timestamp')),
    quantiles: quantiles(parameters.get('quantiles'), defaults),
  };
}

function duration(parameters: Parameters, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = parameters.get(name);
    if (value === undefined) continue;
    if (typeof value === 'number' && Number.isFinite(value)) return Math.round(value);
    const match = typeof value === 'string' ? DURATION.exec(value) : null;
    if (match === null) throw wrong(name, 'a number of ms or a text like 10s', value);
    return Math.round(Number(match[1]) * UNITS[match[2] ?? 'ms']!);
  }
  return undefined;
}

function timestamp(value: Parameters extends ReadonlyMap<string, infer V> ? V | undefined : never): 'start' | 'end' {
  if (value === undefined) return 'start';
  const text = String(value).trim().toLowerCase();
  if (START.has(text)) return 'start';
  if (END.has(text)) return 'end';
  throw wrong('timestamp', 'start or end', value);
}

function quantiles(
  value: Parameters extends ReadonlyMap<string, infer V> ? V | undefined : never,
  defaults: AggregationDefaults,
): readonly number[] {
  if (value === undefined) return defaults.quantiles;
  const list = typeof value === 'string' ? value.split(',').map(Number) : [value].flat();
  if (list.length === 0 || list.length > 20 || !list.every((q) => q >= 0 && q <= 1))
    throw wrong('quantiles', '1 to 20 numbers from 0 to 1', value);
  return list;
}

function wrong(what: string, expected: string, got: unknown): HerculesError {
  return new HerculesError('INVALID_ARGUMENT', `${what}: expected ${expected}, got ${JSON.stringify(got)}`);
}
