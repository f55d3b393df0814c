import type { MetricReader } from '../metric/metric-reader.ts';

/** Decides over a metric that has been read from the buffer; true lets it pass. */
export interface MetricFilter {
  accepts(buffer: Buffer, metric: MetricReader): boolean;
}
