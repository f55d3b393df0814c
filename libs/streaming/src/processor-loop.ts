import type { AssignedOffset, BatchConsumer, ConsumerHandler, RecordBlock, TopicPartition } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { Output } from './output.ts';
import type { CreateProcessor, PartitionProcessor } from './processor.ts';

/** The consumer's part that the loop uses; the loop is its handler. */
export type ProcessorConsumer = Pick<BatchConsumer, 'start' | 'stop' | 'release' | 'seek' | 'commit' | 'ends'>;

export interface ProcessorLoopSettings {
  readonly tickIntervalMs: number;
  readonly commitIntervalMs: number;
}

/** Plain numbers that the loop raises; /metrics reads them. */
export interface ProcessorLoopCounters {
  consumedRecords: number;
  commits: number;
  /** Times that partitions were read again because what was made of them could not be written. */
  restarts: number;
}

/** A fetched end older than this does not tell that a partition has been read to its end. */
const END_AGE_MS = 1500;

interface Running {
  readonly source: TopicPartition;
  processor: PartitionProcessor;
  /** Offset after the last record that was processed; −1 = none yet. */
  position: number;
  /** What the group knows: the offset and the text beside it; a restart begins there. */
  committedOffset: number;
  committedText: string;
}

/**
 * The loop that every processor runs: fetched blocks → state → output → commit. Each input partition has a state of its own. An offset is committed together with what
 * is needed to make the state anew (checkpoint.ts), after Kafka has acknowledged all output that came of the records before it; so a processor may be stopped anywhere, and whoever
 * gets the partition next goes on as if nothing had happened. What it writes twice has the same ids.
 */
export class ProcessorLoop implements ConsumerHandler {
  readonly counters: ProcessorLoopCounters = { consumedRecords: 0, commits: 0, restarts: 0 };
  readonly #create: CreateProcessor;
  readonly #output: Output;
  readonly #settings: ProcessorLoopSettings;
  readonly #logger: Logger;
  readonly #running = new Map<string, Running>();
  #consumer: ProcessorConsumer | undefined;
  #tickTimer: NodeJS.Timeout | undefined;
  #commitTimer: NodeJS.Timeout | undefined;
  #committing: Promise<void> = Promise.resolve();

  constructor(create: CreateProcessor, output: Output, settings: ProcessorLoopSettings, logger: Logger) {
    this.#create = create;
    this.#output = output;
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Joins the group and begins. */
  async start(consumer: ProcessorConsumer): Promise<void> {
    this.#consumer = consumer;
    await consumer.start();
    this.#tickTimer = setInterval(() => this.#tick(), this.#settings.tickIntervalMs);
    this.#commitTimer = setInterval(() => void this.#commit(), this.#settings.commitIntervalMs);
  }

  /** Commits what is done and leaves the group. */
  async stop(): Promise<void> {
    clearInterval(this.#tickTimer);
    clearInterval(this.#commitTimer);
    await this.#commit();
    await this.#consumer?.stop();
  }

  /** The processors of the partitions that are assigned now. */
  processors(): PartitionProcessor[] {
    return Array.from(this.#running.values(), ({ processor }) => processor);
  }

  /** Records of each assigned partition that have not been processed. */
  lag(): (TopicPartition & { lag: number })[] {
    const lags: (TopicPartition & { lag: number })[] = [];
    for (const { topic, partition, highWatermark, position: fetched } of this.#consumer?.ends() ?? []) {
      const running = this.#running.get(keyOf(topic, partition));
      if (running === undefined || highWatermark < 0) continue;
      const position = running.position >= 0 ? running.position : fetched;
      if (position >= 0) lags.push({ topic, partition, lag: Math.max(0, highWatermark - position) });
    }
    return lags;
  }

  // ---- the consumer's handler -------------------------------------------------------------------------------------------------

  readonly onAssigned = (partitions: AssignedOffset[]): void => {
    for (const { topic, partition, committed, metadata } of partitions) {
      const source = { topic, partition };
      this.#running.set(keyOf(topic, partition), {
        source,
        processor: this.#create(source, this.#restored(metadata), this.#output),
        position: -1,
        committedOffset: committed,
        committedText: metadata,
      });
    }
  };

  readonly onBlock = (block: RecordBlock): void => {
    const running = this.#running.get(keyOf(block.topic, block.partition));
    if (running !== undefined) {
      this.counters.consumedRecords += block.count;
      try {
        running.processor.process(block, Date.now());
        running.position = block.lastOffset + 1;
      } catch (error) {
        // A defect: the state may be half changed, so it is made anew from what is committed.
        this.#logger.error(
          { err: error, topic: block.topic, partition: block.partition, offset: block.firstOffset },
          'a block of records could not be processed',
        );
        this.#restart(running);
      }
    }
    if (this.#output.hasRoom) this.#consumer?.release(block);
    else void this.#output.waitForRoom().then(() => this.#consumer?.release(block));
  };

  readonly onRevoked = async (partitions: TopicPartition[]): Promise<void> => {
    await this.#commit();
    for (const { topic, partition } of partitions) this.#running.delete(keyOf(topic, partition));
  };

  // ---- output and commits -----------------------------------------------------------------------------------------------------

  #tick(): void {
    const now = Date.now();
    for (const { topic, partition, highWatermark, ageMs, position: fetched } of this.#consumer!.ends()) {
      const running = this.#running.get(keyOf(topic, partition));
      if (running === undefined) continue;
      const { position, committedOffset } = running;
      const isKnown = highWatermark >= 0 && ageMs < END_AGE_MS;
      // Nothing has come yet: at the end only if nothing is on its way either.
      const isUntouched = fetched >= highWatermark && (committedOffset < 0 || fetched === committedOffset);
      const isAtEnd = isKnown && (position >= 0 ? position >= highWatermark : isUntouched);
      try {
        running.processor.tick(now, isAtEnd);
      } catch (error) {
        this.#logger.error({ err: error, topic, partition }, 'results could not be written');
        this.#restart(running);
      }
    }
  }

  /** One commit after the other. */
  #commit(): Promise<void> {
    this.#committing = this.#committing.then(() => this.#commitNow());
    return this.#committing;
  }

  async #commitNow(): Promise<void> {
    const written = this.#output.cut();
    const snapshot = Array.from(this.#running.values())
      .filter(({ position }) => position >= 0)
      .map((running) => ({
        running,
        processor: running.processor,
        offset: running.processor.rereadFrom,
        text: encodeCheckpoint(running.processor.checkpoint),
      }));
    try {
      await written;
    } catch (error) {
      this.#logger.error({ err: error }, 'Kafka has not taken all results; the input is read again from the last commit');
      for (const running of this.#running.values()) this.#restart(running);
      return;
    }
    // What was restarted meanwhile is not what was written.
    const changed = snapshot.filter(({ running, processor, offset, text }) => {
      return running.processor === processor && (offset !== running.committedOffset || text !== running.committedText);
    });
    if (changed.length === 0) return;
    try {
      await this.#consumer!.commit(changed.map(({ running, offset, text }) => ({ ...running.source, offset, metadata: text })));
      this.counters.commits++;
      for (const { running, offset, text } of changed) {
        running.committedOffset = offset;
        running.committedText = text;
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'offsets are not committed; whoever has the partitions next reads a little more again');
    }
  }

  /** Makes the state anew from what the group knows. */
  #restart(running: Running): void {
    this.counters.restarts++;
    running.processor = this.#create(running.source, this.#restored(running.committedText), this.#output);
    running.position = -1;
    const { topic, partition } = running.source;
    // Without a commit there is no offset to go back to but the beginning of the log.
    this.#consumer?.seek(topic, partition, Math.max(0, running.committedOffset));
  }

  #restored(text: string): Checkpoint | undefined {
    const checkpoint = decodeCheckpoint(text);
    if (checkpoint === undefined && text !== '')
      this.#logger.warn({ text }, 'what was committed beside an offset is not understood; windows are counted from that offset on');
    return checkpoint;
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
