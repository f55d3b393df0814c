import { HerculesError } from '@hercules/protocol';
import type { DataPoint, ExponentialBuckets } from './data-point.ts';

/** The scales that OTLP's data model calls sensible; beyond them bounds would all be the same, or not be numbers. */
const MIN_SCALE = -10;
const MAX_SCALE = 20;

interface Bucket {
  /** Covers (base^index, base^(index + 1)], base = 2^(2^-scale). */
  index: number;
  count: number;
}

/** Upper bound of a bucket and how many measurements lie at or below it. */
export interface CumulativeBucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * The populated buckets of an exponential histogram from the lowest bound to the highest, cumulative, without the last one of infinity.
 * @param maxBuckets if there are more, neighbours are joined, as a lower scale would have it, until they fit
 * @throws HerculesError INVALID_EVENT for a scale out of range
 */
export function cumulativeBuckets(point: DataPoint, maxBuckets: number): CumulativeBucket[] {
  let { scale } = point;
  if (scale < MIN_SCALE || scale > MAX_SCALE) {
    throw new HerculesError('INVALID_EVENT', `its scale is ${scale}; expected ${MIN_SCALE} to ${MAX_SCALE}`);
  }
  let positive = populated(point.positive);
  let negative = populated(point.negative);
  const zero = point.zeroCount > 0 ? 1 : 0;
  while (positive.length + negative.length + zero > maxBuckets && positive.length + negative.length > 2) {
    positive = joined(positive);
    negative = joined(negative);
    scale--;
  }
  const width = 2 ** -scale;
  const own = [
    ...negative.map(({ index, count }) => ({ bound: -(2 ** (index * width)), count })),
    ...(zero > 0 ? [{ bound: point.zeroThreshold, count: point.zeroCount }] : []),
    ...positive.map(({ index, count }) => ({ bound: 2 ** ((index + 1) * width), count })),
  ];
  return cumulative(own.sort((a, b) => a.bound - b.bound));
}

/** @param own buckets by their bounds, each with its own count */
function cumulative(own: readonly CumulativeBucket[]): CumulativeBucket[] {
  const buckets: { bound: number; count: number }[] = [];
  let total = 0;
  for (const { bound, count } of own) {
    total += count;
    // Beyond the numbers there is only the bucket of infinity, which comes at the end anyway.
    if (!Number.isFinite(bound)) continue;
    const last = buckets.at(-1);
    // Bounds too small for a number are all 0.
    if (last?.bound === bound) last.count = total;
    else buckets.push({ bound, count: total });
  }
  return buckets;
}

function populated({ offset, counts }: ExponentialBuckets): Bucket[] {
  return counts.flatMap((count, i) => (count > 0 ? [{ index: offset + i, count }] : []));
}

/** Two neighbours become one, with half the index. */
function joined(buckets: readonly Bucket[]): Bucket[] {
  const result: Bucket[] = [];
  for (const { index, count } of buckets) {
    const half = Math.floor(index / 2);
    const last = result.at(-1);
    if (last?.index === half) last.count += count;
    else result.push({ index: half, count });
  }
  return result;
}
