import type { FetchedRecords, FetchLimits, PartitionLag, PartitionReader, RecordBlock, TopicPartition } from '@hercules/kafka';
import { HerculesError, type Logger, TokenBucket } from '@hercules/protocol';
import { Backoff, type SinkConsumer, sleep } from '@hercules/sink';
import { countBefore, gapBlock, sliceBlock } from './block-slice.ts';
import type { PartitionRange } from './replay-progress.ts';

/** The loop that the records are for. */
export interface ReplayHandler {
  onBlock(block: RecordBlock): void;
}

export interface ReplayConsumerOptions {
  readonly stream: string;
  readonly partitions: readonly PartitionRange[];
  readonly maxBufferedBytes: number;
  readonly eventsPerSecond?: number | undefined;
}

export interface ReplayConsumerEvents {
  /** Offsets before which every record has come to its end. A rejection makes the loop call again. */
  onCommit(offsets: readonly { partition: number; offset: number }[]): Promise<void>;
  /** Retention has removed so many offsets of the range before they were read; told with the commit that passes them, and so once. */
  onExpired(offsets: number): void;
  /** What cannot heal: the replay has failed. */
  onFailure(error: Error): void;
}

const LIMITS: FetchLimits = { maxWaitMs: 500, minBytes: 1, maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 1024 * 1024 };
/** With a limit, records are handed out in portions of this share of a second. */
const PORTION_SHARE = 0.1;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;
/** A stream that Kafka does not know so many times in a row was deleted; once, it may be a broker that has just started. */
const UNKNOWN_STREAM_TRIES = 3;

interface Position {
  readonly partition: number;
  readonly end: number;
  offset: number;
  committed: number;
  paused: boolean;
}

/**
 * Reads ranges of a stream's partitions for a sink loop, as a BatchConsumer reads the topics of its group: but without a group, so that live consumers notice
 * nothing of it, to a fixed end, and no faster than it may.
 */
export class ReplayConsumer implements SinkConsumer {
  readonly #reader: Pick<PartitionReader, 'fetch' | 'offsets'>;
  readonly #options: ReplayConsumerOptions;
  readonly #handler: ReplayHandler;
  readonly #events: ReplayConsumerEvents;
  readonly #logger: Logger;
  readonly #positions: readonly Position[];
  readonly #bucket: TokenBucket | undefined;
  readonly #portion: number;
  readonly #abort = new AbortController();
  readonly #backoff = new Backoff(FIRST_RETRY_MS, LONGEST_RETRY_MS);
  /** What retention has removed and no commit has passed yet. */
  #gaps: { readonly partition: number; readonly from: number; readonly to: number }[] = [];
  #bufferedBytes = 0;
  /** Blocks handed out and not released yet. */
  #heldBlocks = 0;
  #onDrained: () => void = () => undefined;
  #wake: () => void = () => undefined;

  constructor(
    reader: Pick<PartitionReader, 'fetch' | 'offsets'>,
    options: ReplayConsumerOptions,
    handler: ReplayHandler,
    events: ReplayConsumerEvents,
    logger: Logger,
  ) {
    this.#reader = reader;
    this.#options = options;
    this.#handler = handler;
    this.#events = events;
    this.#logger = logger;
    this.#positions = options.partitions.map(({ partition, next, end }) => ({
      partition,
      end,
      offset: next,
      committed: next,
      paused: false,
    }));
    const { eventsPerSecond } = options;
    this.#portion = eventsPerSecond === undefined ? Infinity : Math.max(1, Math.floor(eventsPerSecond * PORTION_SHARE));
    if (eventsPerSecond !== undefined) this.#bucket = new TokenBucket(eventsPerSecond, this.#portion, performance.now());
  }

  start(): Promise<void> {
    void this.#read().catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#events.onFailure(error instanceof Error ? error : new Error(String(error)));
    });
    return Promise.resolve();
  }

  /** Hands out nothing more. A fetch under way is not waited for: its records go nowhere. */
  stop(): Promise<void> {
    this.#abort.abort();
    this.#wake();
    return Promise.resolve();
  }

  pause(_topic: string, partition: number): void {
    const position = this.#find(partition);
    if (position !== undefined) position.paused = true;
  }

  resume(_topic: string, partition: number): void {
    const position = this.#find(partition);
    if (position === undefined || !position.paused) return;
    position.paused = false;
    this.#wake();
  }

  release(block: RecordBlock): void {
    this.#bufferedBytes -= block.bytes;
    if (--this.#heldBlocks === 0) this.#onDrained();
    this.#wake();
  }

  /** Hands out nothing more and waits until what was handed out has come to its end, but not longer than `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    await this.stop();
    if (this.#heldBlocks === 0) return;
    const drained = new AbortController();
    this.#onDrained = () => drained.abort();
    await sleep(timeoutMs, drained.signal);
  }

  async commit(offsets: readonly (TopicPartition & { offset: number })[]): Promise<void> {
    for (const { partition, offset } of offsets) this.#passGaps(partition, offset);
    await this.#events.onCommit(offsets.map(({ partition, offset }) => ({ partition, offset })));
    for (const { partition, offset } of offsets) {
      const position = this.#find(partition);
      if (position !== undefined) position.committed = offset;
    }
  }

  #passGaps(partition: number, offset: number): void {
    const isPassed = (gap: { readonly partition: number; readonly to: number }): boolean => gap.partition === partition && gap.to <= offset;
    const passed = this.#gaps.filter(isPassed);
    this.#gaps = this.#gaps.filter((gap) => !isPassed(gap));
    for (const { from, to } of passed) this.#events.onExpired(to - from);
  }

  /** Records of the range that have not come to their end. */
  lag(): PartitionLag[] {
    const topic = this.#options.stream;
    return this.#positions.map(({ partition, committed, end }) => ({ topic, partition, lag: end - committed }));
  }

  #find(partition: number): Position | undefined {
    return this.#positions.find((position) => position.partition === partition);
  }

  async #read(): Promise<void> {
    const { signal } = this.#abort;
    let failures = 0;
    let unknown = 0;
    while (!signal.aborted && this.#positions.some(({ offset, end }) => offset < end)) {
      const wanted = this.#wanted();
      if (wanted.length === 0) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      try {
        const fetched = await this.#reader.fetch(this.#options.stream, wanted, LIMITS);
        if (fetched.length === 0) throw new HerculesError('KAFKA_UNAVAILABLE', `no partition of ${this.#options.stream} answers`);
        // An answer has room for some partitions only; the others come next, as long as there is anything at all.
        const isBarren = fetched.every(({ blocks }) => blocks.length === 0);
        for (const part of fetched) await this.#take(part, isBarren);
        failures = unknown = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof HerculesError)) throw error;
        unknown = error.code === 'STREAM_NOT_FOUND' ? unknown + 1 : 0;
        if (!error.retryable && (unknown === 0 || unknown === UNKNOWN_STREAM_TRIES)) throw error;
        this.#logger[failures % 10 === 0 ? 'warn' : 'debug']({ err: error }, 'a replay cannot read its stream now; trying again');
        await sleep(this.#backoff.delayMs(failures++), signal);
      }
    }
  }

  /** What may be fetched now; nothing while the loop holds enough, or all partitions wait for a repetition. */
  #wanted(): { partition: number; offset: number }[] {
    if (this.#bufferedBytes >= this.#options.maxBufferedBytes) return [];
    return this.#positions.flatMap(({ partition, offset, end, paused }) => (!paused && offset < end ? [{ partition, offset }] : []));
  }

  /** @param isBarren no partition has given anything */
  async #take({ partition, blocks, isOutOfRange }: FetchedRecords, isBarren: boolean): Promise<void> {
    const position = this.#find(partition)!;
    if (isOutOfRange || isBarren) await this.#findOut(position);
    for (const block of blocks) {
      // Nothing of a paused partition is kept: it is fetched again.
      if (this.#abort.signal.aborted || position.paused || position.offset >= position.end) return;
      if (!(await this.#handOut(position, block))) return;
    }
  }

  /** @returns false when the rest of the block has to wait */
  async #handOut(position: Position, block: RecordBlock): Promise<boolean> {
    const { end } = position;
    const records = countBefore(block, end);
    let from = 0;
    do {
      const to = Math.min(records, from + this.#portion);
      await this.#allowance();
      if (this.#abort.signal.aborted || position.paused) return false;
      const slice = sliceBlock(block, from, to, end);
      this.#bucket?.take(slice.count);
      position.offset = slice.lastOffset + 1;
      this.#give(slice);
      from = to;
    } while (from < records);
    return true;
  }

  /** Waits until the limit allows more. */
  async #allowance(): Promise<void> {
    if (this.#bucket === undefined) return;
    for (let waitMs = this.#bucket.waitMs(performance.now()); waitMs > 0; waitMs = this.#bucket.waitMs(performance.now())) {
      await sleep(Math.ceil(waitMs), this.#abort.signal);
      if (this.#abort.signal.aborted) return;
    }
  }

  /** Nothing came although the range goes on: retention has overtaken it, or the log is not the one that the range was found in. */
  async #findOut(position: Position): Promise<void> {
    const { stream } = this.#options;
    const { partition } = position;
    const [earliest] = await this.#reader.offsets(stream, [partition], 'earliest');
    const [latest] = await this.#reader.offsets(stream, [partition], 'latest');
    if (this.#abort.signal.aborted) return;
    if (latest!.offset < position.end) {
      const message =
        `${stream}/${partition} ends at offset ${latest!.offset}, before ${position.end} where the replay is to end: ` +
        'the stream was made anew or has lost records; start another replay';
      throw new HerculesError('CONFLICT', message);
    }
    if (earliest!.offset <= position.offset) return;
    const next = Math.min(earliest!.offset, position.end);
    this.#gaps.push({ partition, from: position.offset, to: next });
    this.#logger.warn({ stream, partition, from: position.offset, to: next }, 'retention has removed records before they were replayed');
    const gap = gapBlock(stream, partition, position.offset, next);
    position.offset = next;
    this.#give(gap);
  }

  #give(block: RecordBlock): void {
    this.#bufferedBytes += block.bytes;
    this.#heldBlocks++;
    this.#handler.onBlock(block);
  }
}
