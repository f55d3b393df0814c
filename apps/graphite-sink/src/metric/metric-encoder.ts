import { type ByteSink } from '@hercules/protocol';
import type { MetricReader } from './metric-reader.ts';

/** Writes points in one of Graphite's protocols. */
export interface MetricEncoder {
  /** Appends a point. */
  add(out: ByteSink, buffer: Buffer, metric: MetricReader): void;
  /** Ends what is sent in one piece. */
  finish(out: ByteSink): void;
  /** Starts anew. */
  reset(): void;
}
