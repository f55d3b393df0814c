import { EventWriter } from '@hercules/protocol';
import { SizedEvent } from '../door/sized-event.ts';

/** The events of one stream, in bytes of their own. */
export interface EventBatch {
  readonly stream: string;
  /** protocol §6 */
  readonly batch: Buffer;
  readonly events: number;
}

/** Gathers events by stream until they are taken out. One serves a whole listener: what is read in one go is taken out at its end. */
export class EventBatches {
  readonly #writers = new Map<string, EventWriter>();
  readonly #event: SizedEvent;

  /** @param maxEventBytes longest encoding of one event */
  constructor(maxEventBytes: number) {
    this.#event = new SizedEvent(maxEventBytes);
  }

  /** Starts an event; then come its tags, and {@link end} or {@link discard}. @param timestamp ticks since 1970 @param uuid 16 bytes */
  begin(stream: string, timestamp: bigint, uuid: Buffer): EventWriter {
    let writer = this.#writers.get(stream);
    if (writer === undefined) this.#writers.set(stream, (writer = new EventWriter(65_536)));
    this.#event.begin(writer, timestamp, uuid);
    return writer;
  }

  /** @throws HerculesError INVALID_EVENT, and drops the event, when it is too long */
  end(): void {
    this.#event.end();
  }

  /** Drops the event that was begun; nothing happens when none was. */
  discard(): void {
    this.#event.discard();
  }

  /** What was gathered since the last time. */
  take(): EventBatch[] {
    const batches: EventBatch[] = [];
    for (const [stream, writer] of this.#writers) {
      if (writer.eventCount === 0) continue;
      batches.push({ stream, batch: Buffer.from(writer.batch()), events: writer.eventCount });
      writer.reset();
    }
    return batches;
  }
}
