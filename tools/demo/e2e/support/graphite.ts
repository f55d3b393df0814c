/** A series as Graphite's render API gives it. */
export interface RenderedSeries {
  readonly target: string;
  readonly datapoints: readonly (readonly [value: number | null, seconds: number])[];
}

/** Graphite's HTTP API, asked as Grafana asks it. */
export class GraphiteApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** @throws Error with the answer when Graphite does not understand the target */
  async render(target: string): Promise<RenderedSeries[]> {
    const body = new URLSearchParams({ target, from: '-10min', until: 'now', format: 'json', maxDataPoints: '600' });
    const response = await fetch(`${this.#url}/render`, { method: 'POST', body });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${target}: ${response.status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as RenderedSeries[];
  }

  /** Values that the series with these expressions have for a tag. */
  async tagValues(tag: string, expressions: readonly string[]): Promise<string[]> {
    const query = new URLSearchParams({ tag });
    for (const expression of expressions) query.append('expr', expression);
    const response = await fetch(`${this.#url}/tags/autoComplete/values?${query.toString()}`);
    if (response.status !== 200) throw new Error(`values of ${tag}: ${response.status} ${await response.text()}`);
    return (await response.json()) as string[];
  }
}
