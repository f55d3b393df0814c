import type { PartitionReader, ReadPosition, RecordBlock } from '@hercules/kafka';

export interface RangeRead {
  readonly stream: string;
  readonly start: readonly ReadPosition[];
  /** Offset of each partition at which the reading ends (exclusive). */
  readonly end: readonly ReadPosition[];
}

export type EventPositions = ReadonlyMap<number, number>;

const FETCH_BYTES = 4 * 1024 * 1024;
const MAX_WAIT_MS = 500;
const RETRY_MS = 50;

/** Reads a range of a stream, some fetches at a time; memory is bounded by one fetch. */
export class EventRange {
  readonly #partitions: Pick<PartitionReader, 'fetch'>;
  readonly #stream: string;
  readonly #positions: Map<number, number>;
  readonly #ends: ReadonlyMap<number, number>;

  constructor(partitions: Pick<PartitionReader, 'fetch'>, { stream, start, end }: RangeRead) {
    this.#partitions = partitions;
    this.#stream = stream;
    this.#positions = new Map(start.map(({ partition, offset }) => [partition, offset]));
    this.#ends = new Map(end.map(({ partition, offset }) => [partition, offset]));
  }

  /** Where to read on. */
  get positions(): EventPositions {
    return this.#positions;
  }

  get isComplete(): boolean {
    return this.#open().length === 0;
  }

  /**
   * Calls `take` with each record of the range, until it returns false.
   * @param pause called after each fetch, for back-pressure
   */
  async read(take: (block: RecordBlock, index: number) => boolean, pause: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let wanted = this.#open(); wanted.length > 0; wanted = this.#open()) {
      signal.throwIfAborted();
      const limits = { maxWaitMs: MAX_WAIT_MS, minBytes: 1, maxBytes: FETCH_BYTES, maxBytesPerPartition: FETCH_BYTES };
      const fetched = await this.#partitions.fetch(this.#stream, wanted, limits);
      for (const { partition, blocks, isOutOfRange } of fetched) {
        // Retention has removed what was to be read.
        if (isOutOfRange) this.#positions.set(partition, this.#ends.get(partition)!);
        if (!blocks.every((block) => this.#take(block, take))) return;
      }
      await (fetched.length === 0 ? new Promise((resolve) => setTimeout(resolve, RETRY_MS)) : pause());
    }
  }

  #take(block: RecordBlock, take: (block: RecordBlock, index: number) => boolean): boolean {
    const end = this.#ends.get(block.partition)!;
    for (let i = 0; i < block.count && block.offsets[i]! < end; i++) {
      if (!take(block, i)) return false;
      this.#positions.set(block.partition, block.offsets[i]! + 1);
    }
    // Compaction and control records leave gaps.
    this.#positions.set(block.partition, Math.min(end, block.lastOffset + 1));
    return true;
  }

  #open(): ReadPosition[] {
    return [...this.#positions].flatMap(([partition, offset]) =>
      offset < (this.#ends.get(partition) ?? 0) ? [{ partition, offset }] : [],
    );
  }
}
