import type { MetricSample } from './metric-sample.ts';
import type { PrometheusSample } from './prometheus-text.ts';

/** Of what Node.js and the process tell, these are looked at; the rest would only make more series. */
const PROCESS_METRICS: ReadonlySet<string> = new Set([
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_open_fds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_heap_size_used_bytes',
]);
const LEFT_OUT: ReadonlySet<string> = new Set(['hercules_info', 'hercules_state']);
/** Samples that differ only in these labels become their sum: a series for each partition would be too many. */
const SUMMED_LABELS: ReadonlySet<string> = new Set(['partition', 'worker']);

/** The counters and gauges of an app that are worth a series. */
export function selectSamples(samples: Iterable<PrometheusSample>): MetricSample[] {
  const selected = new Map<string, { name: string; tags: [string, string][]; value: number }>();
  for (const { name, type, labels, value } of samples) {
    if ((type !== 'counter' && type !== 'gauge') || !isSelected(name) || !Number.isFinite(value)) continue;
    const tags = [...labels].filter(([label, text]) => !SUMMED_LABELS.has(label) && text !== '');
    const key = `${name} ${tags.flat().join(' ')}`;
    const sample = selected.get(key);
    if (sample === undefined) selected.set(key, { name, tags, value });
    else sample.value += value;
  }
  return [...selected.values()];
}

function isSelected(name: string): boolean {
  return PROCESS_METRICS.has(name) || (name.startsWith('hercules_') && !LEFT_OUT.has(name));
}
