import { HistogramQuantiles } from './histogram-quantiles.ts';
import type { MetricSample, MetricSource } from './metric-sample.ts';
import { parsePrometheusText } from './prometheus-text.ts';
import { selectSamples } from './select-samples.ts';

const TIMEOUT_MS = 5000;

/** An app with /metrics. */
export class AppSource implements MetricSource {
  readonly application: string;
  readonly instance: string;
  readonly #url: string;
  readonly #quantiles = new HistogramQuantiles();

  /** @param url the app's base URL */
  constructor(application: string, url: string) {
    this.application = application;
    this.instance = new URL(url).host;
    this.#url = `${url}/metrics`;
  }

  async read(): Promise<readonly MetricSample[]> {
    const response = await fetch(this.#url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${this.#url}: ${response.status}`);
    const samples = [...parsePrometheusText(text)];
    return [...selectSamples(samples), ...this.#quantiles.next(samples)];
  }
}
