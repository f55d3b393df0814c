import { EventWriter, HerculesError } from '@hercules/protocol';
import type { KnownKey, StreamRoute } from '../../stream-access.ts';
import { SizedEvent } from './sized-event.ts';

/** The events of a request that go to one stream. */
export interface StreamBatch {
  readonly stream: string;
  readonly route: StreamRoute;
  /** A binary batch (protocol §6). */
  readonly batch: Buffer;
  /** For each event, which item of the request it was made from. */
  readonly items: readonly number[];
}

interface OpenBatch {
  readonly route: StreamRoute;
  readonly writer: EventWriter;
  readonly items: number[];
}

export interface CollectorLimits {
  /** Longest encoding of one event, in bytes. */
  readonly maxEventSizeBytes: number;
}

/**
 * Gathers the events of one request by the stream that they go to. An item that cannot be taken is refused by an exception of its own, and the
 * request goes on without it.
 */
export class EventCollector {
  readonly #key: KnownKey;
  readonly #event: SizedEvent;
  readonly #batches = new Map<string, OpenBatch>();
  /** Of the event in hand: where it goes, and what it is made from. */
  #open: OpenBatch | undefined;
  #item = 0;

  constructor(key: KnownKey, limits: CollectorLimits) {
    this.#key = key;
    this.#event = new SizedEvent(limits.maxEventSizeBytes);
  }

  /** Bytes of all events so far. */
  get byteLength(): number {
    let bytes = 0;
    for (const { writer } of this.#batches.values()) bytes += writer.byteLength;
    return bytes;
  }

  /**
   * Starts an event; the tags are written to what is returned, then comes {@link end} or {@link discard}.
   * @param item which item of the request it is made from
   * @param timestamp ticks since 1970
   * @param uuid text, or 16 bytes
   * @throws HerculesError when the key may not write to the stream, there is no such stream, or the timestamp is not acceptable
   */
  begin(stream: string, item: number, timestamp: bigint, uuid: Buffer | string): EventWriter {
    const batch = this.#batchOf(stream);
    if (timestamp < 0n) throw new HerculesError('INVALID_EVENT', `The time is before 1970: ${timestamp} ticks of 100 ns`);
    this.#event.begin(batch.writer, timestamp, uuid);
    this.#open = batch;
    this.#item = item;
    return batch.writer;
  }

  /** Ends the event. @throws HerculesError INVALID_EVENT, and drops the event, when it is too long */
  end(): void {
    this.#event.end();
    this.#open!.items.push(this.#item);
  }

  /** Drops the event that was begun; nothing happens when none was. */
  discard(): void {
    this.#event.discard();
  }

  /** What was gathered; streams without events are left out. */
  batches(): StreamBatch[] {
    return [...this.#batches]
      .filter(([, { items }]) => items.length > 0)
      .map(([stream, { route, writer, items }]) => ({ stream, route, batch: writer.batch(), items }));
  }

  #batchOf(stream: string): OpenBatch {
    const known = this.#batches.get(stream);
    if (known !== undefined) return known;
    const access = this.#key.stream(stream);
    const refusal = access.rightRefusal ?? access.streamRefusal;
    if (refusal !== undefined) throw refusal;
    const batch = { route: access.route!, writer: new EventWriter(), items: [] };
    this.#batches.set(stream, batch);
    return batch;
  }
}
