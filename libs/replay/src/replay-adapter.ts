import type { RecordBlock } from '@hercules/kafka';
import { compileFilters, type EventFilter, type Filter } from '@hercules/metadata';
import { requireEvent, type SinkAdapter, type WriteReport } from '@hercules/sink';

export type PrepareStep = (signal: AbortSignal) => Promise<void>;

/** A sink's adapter behind the filters of a replay. */
export class ReplayAdapter<B> implements SinkAdapter<B> {
  readonly #adapter: SinkAdapter<B>;
  readonly #filter: EventFilter | undefined;
  readonly #prepare: PrepareStep | undefined;

  /** @param prepare what comes before the adapter's own preparation, such as the tables that only the replay needs */
  constructor(adapter: SinkAdapter<B>, filters: readonly Filter[], prepare?: PrepareStep) {
    this.#adapter = adapter;
    this.#prepare = prepare;
    this.#filter = filters.length === 0 ? undefined : compileFilters(filters);
  }

  async prepare(signal: AbortSignal): Promise<void> {
    await this.#prepare?.(signal);
    await this.#adapter.prepare?.(signal);
  }

  createBatch(): B {
    return this.#adapter.createBatch();
  }

  resetBatch(batch: B): void {
    this.#adapter.resetBatch(batch);
  }

  batchBytes(batch: B): number {
    return this.#adapter.batchBytes(batch);
  }

  add(batch: B, block: RecordBlock, index: number): boolean {
    if (this.#filter !== undefined) {
      requireEvent(block, index);
      if (!this.#filter.accepts(block.buffer, block.valueStarts[index]!, block.valueEnds[index]!)) return false;
    }
    return this.#adapter.add(batch, block, index);
  }

  write(batch: B, signal: AbortSignal): Promise<WriteReport> {
    return this.#adapter.write(batch, signal);
  }
}
