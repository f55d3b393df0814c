import type { MetricTags } from './metric-event.ts';

export interface CountedMetric {
  readonly name: string;
  readonly tags: MetricTags;
  value: number;
}

const QUANTILES: readonly number[] = [0.5, 0.99];
/** Durations that are kept between two reports; of more than these the first are taken. */
const MOST_DURATIONS = 10_000;

/** What a service counts, as plain numbers. Names and tags have few values, because each combination becomes a series. */
export class ShopCounters {
  readonly #counters = new Map<string, CountedMetric>();
  #durations: number[] = [];

  /** Adds to a counter that only grows while the process lives. */
  add(name: string, tags: MetricTags = [], by = 1): void {
    const key = `${name} ${tags.flat().join(' ')}`;
    let counter = this.#counters.get(key);
    if (counter === undefined) this.#counters.set(key, (counter = { name, tags, value: 0 }));
    counter.value += by;
  }

  /** Notes how long a request took. */
  tookSeconds(seconds: number): void {
    if (this.#durations.length < MOST_DURATIONS) this.#durations.push(seconds);
  }

  /** All counters, and the quantiles of the durations noted since the last report. */
  report(): CountedMetric[] {
    const durations = this.#durations.sort((a, b) => a - b);
    this.#durations = [];
    const quantiles = durations.length === 0 ? [] : QUANTILES.map((quantile) => quantileMetric(durations, quantile));
    return [...this.#counters.values(), ...quantiles];
  }
}

function quantileMetric(sorted: readonly number[], quantile: number): CountedMetric {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))]!;
  return { name: 'shop_request_seconds', tags: [['quantile', String(quantile)]], value };
}
