import type { RecordBlock } from '@hercules/kafka';

/** What became of one record that the store did not simply accept. Items not listed in a report are done. */
export interface ItemFailure {
  /** Position of the record in the batch, 0-based, in the order of `add`. */
  readonly item: number;
  /** `retry`: may succeed later, is written again with back-off. `dead`: can never succeed, goes to the dead-letter stream. */
  readonly outcome: 'retry' | 'dead';
  /** A short stable word for metrics and dead letters, e.g. `mapper_parsing_exception`. */
  readonly reason: string;
  /** The store's own explanation. */
  readonly error: string;
}

/** The store's answer to a batch that it has taken as a whole; each item has an outcome of its own. */
export interface WriteReport {
  readonly failures: readonly ItemFailure[];
  /** How many of the written items the store already had (a redelivery). */
  readonly duplicated: number;
  /** Which items these are, where the store says so. */
  readonly duplicatedItems?: readonly number[];
  /** The store asked for less at once (HTTP 429 and the like): the loop lowers its concurrency. */
  readonly overloaded?: boolean;
}

/** Thrown by `SinkAdapter.add` for a record that can never be written. */
export class RejectedRecord extends Error {
  readonly reason: string;

  constructor(reason: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RejectedRecord';
    this.reason = reason;
  }
}

/** Thrown by `SinkAdapter.write` when the store refuses the batch as a whole because of its size or content: the loop halves it. */
export class BatchRefused extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.name = 'BatchRefused';
    this.reason = reason;
  }
}

/**
 * What a sink adds to the loop: how records become a request, and how the request is written.
 * `B` is the adapter's own batch, reused from write to write.
 */
export interface SinkAdapter<B> {
  /** Work that must succeed before the first write (an index template, a keyspace). Repeated with back-off until it does. */
  prepare?(signal: AbortSignal): Promise<void>;
  createBatch(): B;
  resetBatch(batch: B): void;
  /** Bytes that the batch holds now; the loop closes it at its limit. */
  batchBytes(batch: B): number;
  /**
   * Converts one record into the batch.
   * @returns false when a filter drops the record
   * @throws RejectedRecord, or any HerculesError that is not retryable, for a record that can never be written; the batch is left as it was
   */
  add(batch: B, block: RecordBlock, index: number): boolean;
  /**
   * Writes the batch. Must be idempotent: the same records come again after a crash or a rebalance.
   * @throws BatchRefused to have the batch halved; anything else means that the store cannot be used now: the same batch is written
   *   again with back-off, for as long as it takes
   */
  write(batch: B, signal: AbortSignal): Promise<WriteReport>;
}
