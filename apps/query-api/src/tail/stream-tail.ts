import type { PartitionReader, RecordBlock } from '@hercules/kafka';
import { ByteSink, type Logger } from '@hercules/protocol';
import { EventDocuments } from '../events/event-documents.ts';
import type { TailClient } from './tail-client.ts';

const FETCH_BYTES = 1024 * 1024;
const MAX_WAIT_MS = 500;
const RETRY_MS = 500;

/** One reader of a stream for all who follow it, from its end on. */
export class StreamTail {
  readonly clients = new Set<TailClient>();
  readonly #partitions: PartitionReader;
  readonly #stream: string;
  readonly #logger: Logger;
  readonly #documents = new EventDocuments();
  readonly #out = new ByteSink();
  #isStopped = false;

  constructor(partitions: PartitionReader, stream: string, logger: Logger) {
    this.#partitions = partitions;
    this.#stream = stream;
    this.#logger = logger;
  }

  /** Reads until `stop`. @param count how many partitions the stream has now; new ones are read from their beginning */
  async run(count: () => number): Promise<void> {
    const positions = new Map<number, number>();
    for (let isFirst = true; !this.#isStopped;) {
      try {
        const missing = Array.from({ length: count() }, (_, partition) => partition).filter((partition) => !positions.has(partition));
        const found = await this.#partitions.offsets(this.#stream, missing, isFirst ? 'latest' : 'earliest');
        for (const { partition, offset } of found) positions.set(partition, offset);
        isFirst = false;
        await this.#fetch(positions);
      } catch (error) {
        if (this.#isStopped) return;
        this.#logger.warn({ err: error, stream: this.#stream }, 'a stream cannot be followed now; trying again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #fetch(positions: Map<number, number>): Promise<void> {
    const wanted = [...positions].map(([partition, offset]) => ({ partition, offset }));
    const limits = { maxWaitMs: MAX_WAIT_MS, minBytes: 1, maxBytes: FETCH_BYTES, maxBytesPerPartition: FETCH_BYTES };
    for (const { partition, blocks, isOutOfRange } of await this.#partitions.fetch(this.#stream, wanted, limits)) {
      if (isOutOfRange) positions.delete(partition);
      for (const block of blocks) {
        for (let i = 0; i < block.count; i++) this.#send(block, i);
        positions.set(partition, block.lastOffset + 1);
      }
    }
  }

  #send(block: RecordBlock, index: number): void {
    let document: Buffer | undefined;
    for (const client of this.clients) {
      if (!passes(client, block, index)) continue;
      document ??= this.#document(block, index);
      client.send(document);
    }
  }

  #document(block: RecordBlock, index: number): Buffer {
    this.#out.reset();
    this.#documents.write(block, index, this.#out);
    return Buffer.from(this.#out.bytes());
  }
}

function passes({ filter }: TailClient, { buffer, valueStarts, valueEnds }: RecordBlock, index: number): boolean {
  try {
    return valueStarts[index]! >= 0 && filter.accepts(buffer, valueStarts[index]!, valueEnds[index]!);
  } catch {
    return false;
  }
}
