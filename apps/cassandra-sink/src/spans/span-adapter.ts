import type { RecordBlock } from '@hercules/kafka';
import { type EventFilter, requireEvent, type SinkAdapter, type WriteReport } from '@hercules/sink';
import type { PartitionedWriter } from '../writer/partitioned-writer.ts';
import { SpanBatch, type SpanInserts, type SpanRowEncoder } from './span-rows.ts';

export interface SpanAdapterParts {
  readonly encoder: SpanRowEncoder;
  readonly writer: PartitionedWriter;
  readonly filters: readonly EventFilter[];
  /** Makes keyspace and tables, as far as they are missing, and prepares the statements. */
  readonly prepare: (signal: AbortSignal) => Promise<SpanInserts>;
}

/** Spans to Cassandra: records → rows → batches of one partition → an outcome for each record. */
export class SpanAdapter implements SinkAdapter<SpanBatch> {
  readonly #parts: SpanAdapterParts;

  constructor(parts: SpanAdapterParts) {
    this.#parts = parts;
  }

  async prepare(signal: AbortSignal): Promise<void> {
    this.#parts.encoder.use(await this.#parts.prepare(signal));
  }

  createBatch(): SpanBatch {
    return new SpanBatch();
  }

  resetBatch(batch: SpanBatch): void {
    batch.reset();
  }

  batchBytes({ rows }: SpanBatch): number {
    return rows.length;
  }

  add(batch: SpanBatch, block: RecordBlock, index: number): boolean {
    const { buffer, valueStarts, valueEnds } = block;
    const { filters, encoder } = this.#parts;
    requireEvent(block, index);
    for (const filter of filters) if (!filter.accepts(buffer, valueStarts[index]!, valueEnds[index]!)) return false;
    encoder.add(batch, block, index);
    return true;
  }

  async write(batch: SpanBatch, signal: AbortSignal): Promise<WriteReport> {
    const report = await this.#parts.writer.write(batch.rows, signal);
    if (report.failures.length > 0) this.#parts.encoder.failed(batch, new Set(report.failures.map(({ item }) => item)));
    return report;
  }
}
