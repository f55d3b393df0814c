import { AggregatorRegistry, type Registry } from 'prom-client';
import type { MetricsSnapshot } from './metrics.ts';

/**
 * Adds up the metrics of the workers of one app. What ended workers had counted stays in the sum, as far as it was known, because a counter that falls looks
 * like a restart to Prometheus, which would then count everything that is left as new.
 */
export class WorkerMetrics {
  readonly #latest = new Map<number, MetricsSnapshot>();
  #ended: MetricsSnapshot = [];

  /** Takes the latest metrics of a worker. */
  put(worker: number, snapshot: MetricsSnapshot): void {
    this.#latest.set(worker, snapshot);
  }

  /** The process of a worker has ended: its gauges are gone, its counters stay. */
  end(worker: number): void {
    const last = this.#latest.get(worker);
    this.#latest.delete(worker);
    if (last === undefined) return;
    const counted = last.filter(({ type }) => String(type) === 'counter' || String(type) === 'histogram');
    this.#ended = aggregate([this.#ended, counted]).getMetricsAsArray() as unknown as MetricsSnapshot;
  }

  /** The sum in Prometheus' text format. @param own metrics of the primary process */
  text(own: MetricsSnapshot): Promise<string> {
    return aggregate([...this.#latest.values(), this.#ended, own]).metrics();
  }
}

function aggregate(snapshots: MetricsSnapshot[]): Registry {
  return AggregatorRegistry.aggregate(snapshots);
}
