import type { MetricSample } from './metric-sample.ts';
import type { PrometheusSample } from './prometheus-text.ts';

const QUANTILES: readonly number[] = [0.5, 0.99];

/** Counts at or below each bound, over all other labels. */
type Buckets = Map<number, number>;

/**
 * Follows the histograms of one app: what is sent on are quantiles of the time since the last look, not some twenty series of buckets.
 * Within a bucket the observations count as evenly spread.
 */
export class HistogramQuantiles {
  #last = new Map<string, Buckets>();

  /**
   * @returns nothing for a histogram without new observations, and nothing at the first look, when it is not known since when they count
   */
  next(samples: Iterable<PrometheusSample>): MetricSample[] {
    const current = collectBuckets(samples);
    const quantiles = [...current].flatMap(([name, buckets]) => this.#quantilesOf(name, buckets));
    this.#last = current;
    return quantiles;
  }

  #quantilesOf(name: string, buckets: Buckets): MetricSample[] {
    const last = this.#last.get(name);
    if (last === undefined) return [];
    const bounds = [...buckets.keys()].sort((a, b) => a - b);
    const counts = bounds.map((bound) => buckets.get(bound)! - (last.get(bound) ?? 0));
    const total = counts.at(-1) ?? 0;
    // A process that was started again counts from 0.
    if (total <= 0 || counts.some((count) => count < 0)) return [];
    return QUANTILES.map((quantile) => ({
      name,
      tags: [['quantile', String(quantile)]],
      value: quantileOf(bounds, counts, quantile * total),
    }));
  }
}

function collectBuckets(samples: Iterable<PrometheusSample>): Map<string, Buckets> {
  const histograms = new Map<string, Buckets>();
  for (const { name, metric, type, labels, value } of samples) {
    if (type !== 'histogram' || !name.endsWith('_bucket') || !name.startsWith('hercules_')) continue;
    const le = labels.get('le')!;
    const bound = le === '+Inf' ? Infinity : Number(le);
    const buckets = histograms.get(metric) ?? new Map<number, number>();
    histograms.set(metric, buckets);
    buckets.set(bound, (buckets.get(bound) ?? 0) + value);
  }
  return histograms;
}

function quantileOf(bounds: readonly number[], counts: readonly number[], rank: number): number {
  const at = counts.findIndex((count) => count >= rank);
  const upper = bounds[at]!;
  const lower = at === 0 ? 0 : bounds[at - 1]!;
  // Nothing is known above the last bound, so that bound is told.
  if (!Number.isFinite(upper)) return lower;
  const below = at === 0 ? 0 : counts[at - 1]!;
  return lower + ((upper - lower) * (rank - below)) / (counts[at]! - below);
}
