import { type EventWriter, HerculesError } from '@hercules/protocol';

/** The event in hand of whoever gathers events: dropped when it is too long, or when its making fails. */
export class SizedEvent {
  readonly #maxBytes: number;
  #writer: EventWriter | undefined;
  /** Bytes of its batch before it. */
  #start = 0;

  /** @param maxBytes longest encoding of one event */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Starts an event. @param timestamp ticks since 1970 @param uuid text, or 16 bytes */
  begin(writer: EventWriter, timestamp: bigint, uuid: Buffer | string): void {
    this.#start = writer.byteLength;
    writer.beginEvent(timestamp, uuid);
    this.#writer = writer;
  }

  /** Ends the event. @throws HerculesError INVALID_EVENT, and drops the event, when it is too long */
  end(): void {
    const writer = this.#writer!;
    const bytes = writer.byteLength - this.#start;
    if (bytes > this.#maxBytes) {
      this.discard();
      throw new HerculesError('INVALID_EVENT', `The event takes ${bytes} bytes; at most ${this.#maxBytes} are allowed`);
    }
    writer.endEvent();
    this.#writer = undefined;
  }

  /** Drops the event that was begun; nothing happens when none was. */
  discard(): void {
    this.#writer?.discardEvent();
    this.#writer = undefined;
  }
}
