import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export type ReadValues = () => number | Iterable<LabelledValue>;

/** Upper bounds and plain counts of a histogram: raising it costs two additions and a short search. */
export class PlainHistogram {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > this.bounds[i]!) i++;
    this.counts[i]!++;
    this.sum += value;
  }
}

/** The metrics of one process. Parts keep plain numbers; they are read when somebody asks for /metrics. */
export class MetricsRegistry {
  readonly #registry = new Registry();

  constructor(defaultLabels: Readonly<Record<string, string>> = {}) {
    this.#registry.setDefaultLabels({ ...defaultLabels });
    collectDefaultMetrics({ register: this.#registry });
  }

  /** A counter whose value is read at scrape time. `name` ends in `_total`. */
  counterFrom(name: string, help: string, labelNames: readonly string[], read: ReadValues): void {
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        eachValue(read(), (labels, value) => this.inc(labels, value));
      },
    });
  }

  /** A gauge whose value is read at scrape time. */
  gaugeFrom(name: string, help: string, labelNames: readonly string[], read: ReadValues): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        eachValue(read(), (labels, value) => this.set(labels, value));
      },
    });
  }

  /** A histogram as Prometheus has it, from plain counts. `name` ends in its unit, e.g. `_seconds`. */
  histogram(name: string, help: string, bounds: readonly number[]): PlainHistogram {
    const histogram = new PlainHistogram(bounds);
    this.#histograms.push({ name, help, histogram });
    return histogram;
  }

  readonly #histograms: { name: string; help: string; histogram: PlainHistogram }[] = [];

  /** All metrics in Prometheus' text format. */
  async text(): Promise<string> {
    const metrics = await this.#registry.metrics();
    return metrics + this.#histograms.map(({ name, help, histogram }) => histogramText(name, help, histogram)).join('');
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}

function eachValue(
  values: number | Iterable<LabelledValue>,
  apply: (labels: Record<string, string | number>, value: number) => void,
): void {
  if (typeof values === 'number') apply({}, values);
  else for (const { labels, value } of values) apply({ ...labels }, value);
}

function histogramText(name: string, help: string, { bounds, counts, sum }: PlainHistogram): string {
  let cumulated = 0;
  const lines = [...bounds.map(String), '+Inf'].map((bound, i) => `${name}_bucket{le="${bound}"} ${(cumulated += counts[i]!)}`);
  return `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${lines.join('\n')}\n${name}_sum ${sum}\n${name}_count ${cumulated}\n`;
}
