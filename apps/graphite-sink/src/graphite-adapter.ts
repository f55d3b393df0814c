import type { RecordBlock } from '@hercules/kafka';
import { type EventFilter, requireEvent, type SinkAdapter, type WriteReport } from '@hercules/sink';
import type { GraphiteSender } from './connections/graphite-sender.ts';
import type { MetricFilter } from './filters/metric-filter.ts';
import { MetricBatch } from './metric/metric-batch.ts';
import type { MetricEncoder } from './metric/metric-encoder.ts';
import { MetricReader } from './metric/metric-reader.ts';

const ALL_WRITTEN: WriteReport = { failures: [], duplicated: 0 };

export interface GraphiteAdapterParts {
  readonly sender: Pick<GraphiteSender, 'send'>;
  readonly createEncoder: () => MetricEncoder;
  /** On any event. */
  readonly filters: readonly EventFilter[];
  /** On events that are metrics. */
  readonly metricFilters: readonly MetricFilter[];
}

/** Metrics to Graphite: records → lines or pickled lists → one endpoint. The protocols have no outcome for a single point. */
export class GraphiteAdapter implements SinkAdapter<MetricBatch> {
  readonly #parts: GraphiteAdapterParts;
  readonly #metric = new MetricReader();

  constructor(parts: GraphiteAdapterParts) {
    this.#parts = parts;
  }

  createBatch(): MetricBatch {
    return new MetricBatch(this.#parts.createEncoder());
  }

  resetBatch(batch: MetricBatch): void {
    batch.reset();
  }

  batchBytes({ out }: MetricBatch): number {
    return out.length;
  }

  add({ out, encoder }: MetricBatch, block: RecordBlock, index: number): boolean {
    const { filters, metricFilters } = this.#parts;
    const { buffer } = block;
    const start = block.valueStarts[index]!;
    const end = block.valueEnds[index]!;
    requireEvent(block, index);
    for (const filter of filters) if (!filter.accepts(buffer, start, end)) return false;
    if (!this.#metric.read(buffer, start, end)) return false;
    for (const filter of metricFilters) if (!filter.accepts(buffer, this.#metric)) return false;
    encoder.add(out, buffer, this.#metric);
    return true;
  }

  async write(batch: MetricBatch, signal: AbortSignal): Promise<WriteReport> {
    await this.#parts.sender.send(batch.finished(), signal);
    return ALL_WRITTEN;
  }
}
