import { type ItemFailure, type WriteReport } from '@hercules/sink';
import type { Client } from 'cassandra-driver';
import { sendUnloggedBatch } from './driver-internals.ts';
import type { PartitionRows, RowBatch } from './row-batch.ts';
import { failureReason, writeOutcome } from './write-outcome.ts';
import { WriteSlots } from './write-slots.ts';

export interface PartitionedWriterOptions {
  /** Most bytes of a batch; a row that is longer goes alone. Cassandra warns above batch_size_warn_threshold, 5 KiB by default. */
  readonly batchBytes: number;
  /** Most rows of a batch. */
  readonly batchRows: number;
  /** Most batches under way, over all writes. */
  readonly maxInFlight: number;
}

interface Failure {
  readonly outcome: 'retry' | 'dead';
  readonly reason: string;
  readonly error: string;
}

/**
 * Writes the rows of a batch: those of one partition in UNLOGGED batches, which a node takes as one mutation, all batches at once as far as the
 * bound allows. An item is done when all its rows are.
 */
export class PartitionedWriter {
  readonly #client: Client;
  readonly #options: PartitionedWriterOptions;
  readonly #slots: WriteSlots;
  /** Batches sent and rows in them, for metrics. */
  readonly counters = { batches: 0, rows: 0, failedBatches: 0 };

  constructor(client: Client, options: PartitionedWriterOptions) {
    this.#client = client;
    this.#options = options;
    this.#slots = new WriteSlots(options.maxInFlight);
  }

  /** Batches under way. */
  get inFlight(): number {
    return this.#slots.taken;
  }

  /** @throws the driver's error when Cassandra cannot be used at all */
  async write(batch: RowBatch, signal: AbortSignal): Promise<WriteReport> {
    const failures = new Map<number, Failure>();
    const fatal: unknown[] = [];
    const sends: Promise<void>[] = [];
    for (const rows of batch.partitions.values()) {
      for (const [from, to] of this.#chunks(rows)) {
        await this.#slots.take();
        if (fatal.length > 0 || signal.aborted) {
          this.#slots.giveBack();
          break;
        }
        sends.push(this.#send(batch, rows, from, to, failures, fatal).finally(() => this.#slots.giveBack()));
      }
    }
    await Promise.all(sends);
    signal.throwIfAborted();
    if (fatal.length > 0) throw fatal[0];
    return {
      failures: [...failures].map(([item, failure]): ItemFailure => ({ item, ...failure })),
      duplicated: 0,
      overloaded: [...failures.values()].some(({ outcome }) => outcome === 'retry'),
    };
  }

  /** First and last row (exclusive) of each batch of a partition. */
  *#chunks({ ranges, items }: PartitionRows): Generator<[number, number]> {
    const { batchBytes, batchRows } = this.#options;
    let from = 0;
    let bytes = 0;
    for (let row = 0; row < items.length; row++) {
      const rowBytes = ranges[2 * row + 1]! - ranges[2 * row]!;
      if (row > from && (bytes + rowBytes > batchBytes || row - from === batchRows)) {
        yield [from, row];
        from = row;
        bytes = 0;
      }
      bytes += rowBytes;
    }
    yield [from, items.length];
  }

  async #send(
    batch: RowBatch,
    rows: PartitionRows,
    from: number,
    to: number,
    failures: Map<number, Failure>,
    fatal: unknown[],
  ): Promise<void> {
    try {
      const ranges = from === 0 && to === rows.items.length ? rows.ranges : rows.ranges.slice(2 * from, 2 * to);
      await sendUnloggedBatch(this.#client, batch.bytes, ranges, rows.routingKey);
      this.counters.batches++;
      this.counters.rows += to - from;
    } catch (error) {
      this.counters.failedBatches++;
      const outcome = writeOutcome(error);
      if (outcome === 'store') fatal.push(error);
      // Which of several rows is to blame is not said: each is sent alone.
      else if (outcome === 'refused' && to - from > 1) await this.#sendOneByOne(batch, rows, from, to, failures, fatal);
      else for (let row = from; row < to; row++) fail(failures, rows.items[row]!, outcome, error);
    }
  }

  async #sendOneByOne(
    batch: RowBatch,
    rows: PartitionRows,
    from: number,
    to: number,
    failures: Map<number, Failure>,
    fatal: unknown[],
  ): Promise<void> {
    for (let row = from; row < to && fatal.length === 0; row++) await this.#send(batch, rows, row, row + 1, failures, fatal);
  }
}

/** Of several rows of an item one that never will be taken decides. */
function fail(failures: Map<number, Failure>, item: number, outcome: 'retry' | 'refused', error: unknown): void {
  if (failures.get(item)?.outcome === 'dead') return;
  failures.set(item, {
    outcome: outcome === 'refused' ? 'dead' : 'retry',
    reason: failureReason(error),
    error: error instanceof Error ? error.message : String(error),
  });
}
