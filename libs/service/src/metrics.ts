import { collectDefaultMetrics, type Metric, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import { PlainHistogram } from './plain-histogram.ts';

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export type ReadValues = () => number | Iterable<LabelledValue>;

/** What becomes of a gauge when the metrics of several workers are put together. */
export type GaugeAggregation = 'sum' | 'max';

/** The metrics of one process as data, which can be sent to another one. */
export type MetricsSnapshot = (MetricObjectWithValues<MetricValue<string>> & { aggregator?: string })[];

/**
 * The metrics of one process. Parts keep plain numbers; they are read when somebody asks for /metrics, so counting costs an addition.
 * Names and units: docs/components.md, rules M-1 to M-4.
 */
export class MetricsRegistry {
  readonly #registry = new Registry();
  #textSource: () => Promise<string>;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    this.#textSource = () => this.#registry.metrics();
  }

  /** A counter whose value is read at scrape time. `name` ends in `_total`. Throws when there is one of this name already. */
  counterFrom(name: string, help: string, _labelNames: readonly string[], read: ReadValues): void {
    if (!name.endsWith('_total')) throw new TypeError(`counter ${name}: expected a name that ends in _total`);
    this.#register(name, help, 'counter', 'sum', () => plainValues(read()));
  }

  /** A gauge whose value is read at scrape time. */
  gaugeFrom(name: string, help: string, _labelNames: readonly string[], read: ReadValues, aggregation: GaugeAggregation = 'sum'): void {
    this.#register(name, help, 'gauge', aggregation, () => plainValues(read()));
  }

  /** A histogram as Prometheus has it, from plain counts. `name` ends in its unit, e.g. `_seconds`. */
  histogram(name: string, help: string, bounds: readonly number[]): PlainHistogram {
    const histogram = new PlainHistogram(bounds);
    this.#register(name, help, 'histogram', 'sum', () => histogramValues(name, histogram));
    return histogram;
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#textSource();
  }

  /** All metrics of this process as data. */
  snapshot(): Promise<MetricsSnapshot> {
    return this.#registry.getMetricsAsJSON();
  }

  /** Makes `text` answer with what another process knows: the sum over all workers. */
  readTextFrom(source: () => Promise<string>): void {
    this.#textSource = source;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #register(name: string, help: string, type: string, aggregator: string, values: () => MetricValue<string>[]): void {
    const get = () => Promise.resolve({ name, help, type, aggregator, values: values() });
    // The registry needs no more than this of a metric, but its types know only the classes of prom-client.
    this.#registry.registerMetric({ name, help, get, reset: () => undefined } as unknown as Metric<string>);
  }
}

function plainValues(read: number | Iterable<LabelledValue>): MetricValue<string>[] {
  return typeof read === 'number'
    ? [{ value: read, labels: {} }]
    : Array.from(read, ({ labels, value }) => ({ value, labels: { ...labels } }));
}

function histogramValues(name: string, { bounds, counts, sum }: PlainHistogram): MetricValue<string>[] {
  let cumulated = 0;
  const buckets = [...bounds.map(String), '+Inf'].map((le, i) => ({
    metricName: `${name}_bucket`,
    labels: { le },
    value: (cumulated += counts[i]!),
  }));
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: cumulated },
  ] as MetricValue<string>[];
}
