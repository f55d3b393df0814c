export interface PrometheusSample {
  readonly name: string;
  /** `counter`, `gauge`, `histogram`, `summary` or `untyped`. */
  readonly type: string;
  /** Name of the metric that the sample belongs to; a histogram's samples have `_bucket`, `_sum` or `_count` behind it. */
  readonly metric: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };
const SUFFIX = /_(bucket|sum|count)$/;

/** The samples of Prometheus' text format 0.0.4, as every app shows them at /metrics. Lines that are none of it are passed over. */
export function* parsePrometheusText(text: string): Generator<PrometheusSample> {
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, typed, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (typed !== undefined) types.set(typed, type!);
    if (line.startsWith('#')) continue;
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) continue;
    const metric = types.has(name) ? name : name.replace(SUFFIX, '');
    yield { name, metric, type: types.get(metric) ?? 'untyped', labels: parseLabels(labels), value: parseValue(value!) };
  }
}

function parseLabels(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [, name, value] of text.matchAll(LABEL))
    labels.set(
      name!,
      value!.replace(/\\[\\"n]/g, (escape) => ESCAPES[escape]!),
    );
  return labels;
}

function parseValue(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
