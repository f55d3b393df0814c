import { findOffsetRanges } from './offset-range.ts';
import type { PartitionReader, ReadPosition } from './partition-reader.ts';
import type { RecordBlock } from './record-block.ts';

export interface RangeRead {
  readonly topic: string;
  readonly start: readonly ReadPosition[];
  /** Offset of each partition at which the reading ends (exclusive). */
  readonly end: readonly ReadPosition[];
}

/** A cursor as `RecordRange.cursor` gives it. */
export const CURSOR_PATTERN = /^\d+:\d+(,\d+:\d+)*$/;

const FETCH_BYTES = 4 * 1024 * 1024;
const MAX_WAIT_MS = 500;
const RETRY_MS = 50;

/** Reads a range of a topic's offsets, some fetches at a time; memory is bounded by one fetch. */
export class RecordRange {
  readonly #partitions: Pick<PartitionReader, 'fetch' | 'offsets'>;
  readonly #topic: string;
  readonly #positions: Map<number, number>;
  readonly #ends: ReadonlyMap<number, number>;

  constructor(partitions: Pick<PartitionReader, 'fetch' | 'offsets'>, { topic, start, end }: RangeRead) {
    this.#partitions = partitions;
    this.#topic = topic;
    this.#positions = new Map(start.map(({ partition, offset }) => [partition, offset]));
    this.#ends = new Map(end.map(({ partition, offset }) => [partition, offset]));
  }

  /**
   * All partitions of a topic between two moments of arrival, ms since 1970: from the first record or to what is there now when left out.
   * @param cursor where to go on instead of `fromMs`
   * @throws HerculesError KAFKA_UNAVAILABLE, STREAM_NOT_FOUND
   */
  static async between(
    partitions: Pick<PartitionReader, 'fetch' | 'offsets'>,
    topic: string,
    partitionCount: number,
    { fromMs, toMs, cursor }: { fromMs?: number | undefined; toMs?: number | undefined; cursor?: string | undefined } = {},
  ): Promise<RecordRange> {
    const from = cursor === undefined ? (fromMs ?? 'earliest') : 'earliest';
    const found = await findOffsetRanges(partitions, topic, partitionCount, from, toMs ?? 'latest');
    const asked = new Map(cursor?.split(',').map((item) => item.split(':').map(Number) as [number, number]));
    return new RecordRange(partitions, {
      topic,
      start: found.map(({ partition, start }) => ({ partition, offset: Math.max(start, asked.get(partition) ?? 0) })),
      end: found.map(({ partition, end }) => ({ partition, offset: end })),
    });
  }

  /** Where to read on, as text: `partition:offset`, separated by commas. */
  get cursor(): string {
    return [...this.#positions].map(([partition, offset]) => `${partition}:${offset}`).join(',');
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
      const fetched = await this.#partitions.fetch(this.#topic, wanted, limits);
      for (const { partition, blocks, isOutOfRange } of fetched) {
        if (isOutOfRange) await this.#goOnAtEarliest(partition);
        if (!blocks.every((block) => this.#take(block, take))) return;
      }
      await (fetched.length === 0 ? new Promise((resolve) => setTimeout(resolve, RETRY_MS)) : pause());
    }
  }

  /** Retention has removed what was to be read; or the topic was made anew and holds nothing of the range. */
  async #goOnAtEarliest(partition: number): Promise<void> {
    const end = this.#ends.get(partition)!;
    const [earliest] = await this.#partitions.offsets(this.#topic, [partition], 'earliest');
    this.#positions.set(partition, earliest!.offset > this.#positions.get(partition)! ? Math.min(earliest!.offset, end) : end);
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
