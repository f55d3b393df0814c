import { EventWriter } from '@hercules/protocol/writing';
import type { EventBatch } from './event-batch.ts';

/** The batch of a stream to which events are added. */
export interface OpenBatch {
  readonly stream: string;
  readonly writer: EventWriter;
  /** Where each event begins, the one in hand too. */
  starts: number[];
}

export interface QueueOptions {
  readonly maxBatchBytes: number;
  readonly maxBatchEvents: number;
  readonly lingerMs: number;
}

/** Events that are not under way yet: one open batch for each stream, and those that are full or old enough. */
export class EventQueue {
  readonly #options: QueueOptions;
  readonly #onReady: () => void;
  readonly #open = new Map<string, OpenBatch>();
  readonly #ready: EventBatch[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Of events that are not under way yet. */
  bytes = 0;
  /** Batches that were closed to further events so far; they are taken in that order. */
  sealed = 0;

  /** @param onReady there is a batch to be taken */
  constructor(options: QueueOptions, onReady: () => void) {
    this.#options = options;
    this.#onReady = onReady;
  }

  /** The open batch of a stream, for one event; then comes {@link added} or {@link discarded}. */
  begin(stream: string): OpenBatch {
    let open = this.#open.get(stream);
    if (open === undefined) this.#open.set(stream, (open = { stream, writer: new EventWriter(65_536), starts: [] }));
    open.starts.push(open.writer.byteLength);
    return open;
  }

  /** Bytes of the event in hand. */
  eventBytes({ writer, starts }: OpenBatch): number {
    return writer.byteLength - starts.at(-1)!;
  }

  /** The event is complete. */
  added(open: OpenBatch): void {
    this.bytes += this.eventBytes(open);
    const { maxBatchBytes, maxBatchEvents, lingerMs } = this.#options;
    if (open.writer.byteLength >= maxBatchBytes || open.starts.length >= maxBatchEvents) {
      this.#seal(open);
      this.#onReady();
    } else this.#timer ??= setTimeout(() => this.flush(), lingerMs);
  }

  discarded({ writer, starts }: OpenBatch): void {
    writer.discardEvent();
    starts.pop();
  }

  /** What is there need not get older. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const open of this.#open.values()) if (open.starts.length > 0) this.#seal(open);
    if (this.#ready.length > 0) this.#onReady();
  }

  take(): EventBatch | undefined {
    const batch = this.#ready.shift();
    if (batch !== undefined) this.bytes -= eventBytesOf(batch);
    return batch;
  }

  #seal(open: OpenBatch): void {
    const { stream, writer, starts } = open;
    this.#ready.push({ stream, bytes: Buffer.from(writer.batch()), events: starts.length, starts });
    this.sealed++;
    writer.reset();
    open.starts = [];
  }
}

const COUNT_BYTES = 4;

/** Bytes of a batch's events, without their count. */
export function eventBytesOf({ bytes }: EventBatch): number {
  return bytes.length - COUNT_BYTES;
}
