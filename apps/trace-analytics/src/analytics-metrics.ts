import type { StreamingMetricsRegistry } from '@hercules/streaming';
import type { DelayMeter } from './delay-meter.ts';
import type { SpanCounters } from './span-assigner.ts';

const QUANTILES = [0.5, 0.95, 0.99];
const MS_PER_SECOND = 1000;

/** Registers what the analysis of spans tells about itself. */
export function registerAnalyticsMetrics(metrics: StreamingMetricsRegistry, { overflowed, traces }: SpanCounters, delay: DelayMeter): void {
  metrics.counterFrom(
    'hercules_traces_overflowed_spans_total',
    'Spans counted as _other, because their application has too many series',
    ['application'],
    () =>
      Array.from(overflowed, ([application, value]) => ({ labels: { application: Buffer.from(application, 'latin1').toString() }, value })),
  );
  metrics.counterFrom(
    'hercules_traces_early_traces_total',
    'Traces told before their time, because too many spans were held',
    [],
    () => traces.early,
  );
  metrics.gaugeFrom('hercules_traces_delay_seconds', 'From the end of a span to its metric, in the last 10 s', ['quantile'], () =>
    QUANTILES.map((quantile) => ({ labels: { quantile: String(quantile) }, value: (delay.quantile(quantile) || 0) / MS_PER_SECOND })),
  );
}
