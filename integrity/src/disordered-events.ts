import { type EventWriter, eventId, msToTicks, UuidV1Generator } from '@hercules/protocol';
import type { EventSource } from './event-source.ts';

/** An event that can be written more than once, each time with the same bytes. */
export interface RepeatableEvent {
  readonly timeMs: number;
  /** Writes what the event holds besides its time and id. */
  writeTags(writer: EventWriter): void;
}

/** Event time of a batch after the one before, in ms. */
const STEP_MS = 400;
/** An event that is late or comes again does so at most this many batches later: 6 s of event time, which every window and trace still takes. */
const MOST_LATER = 15;
const LATE_EVERY = 6;
const REPEATED_EVERY = 5;
const TOO_LATE_EVERY = 10;
/** So much before the present events are that no window takes any more, in ms. */
const TOO_LATE_MS = 60_000;
/** So many that every partition gets one. */
const CLOSING_EVENTS = 80;

interface NamedEvent {
  readonly event: RepeatableEvent;
  readonly uuid: string;
}

/**
 * A load as it comes from many machines: event time goes on by a step with each batch, but some events come late, some far too late, and some twice with the same id. Its time lies in
 * the past and does not follow the clock, so that what is late depends on the order of the records alone, and an outage changes nothing about it.
 */
export class DisorderedEvents implements EventSource {
  readonly #make: (timeMs: number) => readonly RepeatableEvent[];
  readonly #uuids = new UuidV1Generator();
  /** Events to be written later, by the batch that takes them. */
  readonly #waiting = new Map<number, NamedEvent[]>();
  readonly #startMs: number;
  #batch = 0;
  #made = 0;

  /** @param make the events of a batch whose event time this is, all of them at most a step before it */
  constructor(startMs: number, make: (timeMs: number) => readonly RepeatableEvent[]) {
    this.#startMs = startMs;
    this.#make = make;
  }

  /** Event time that the load has come to, in ms. */
  get timeMs(): number {
    return this.#startMs + this.#batch * STEP_MS;
  }

  writeBatch(writer: EventWriter): string[] {
    const batch = ++this.#batch;
    const now: NamedEvent[] = [];
    for (const event of this.#makeAll(batch)) {
      const named = { event, uuid: this.#uuids.next() };
      const number = ++this.#made;
      const later = batch + 1 + (number % MOST_LATER);
      if (number % LATE_EVERY === 0) this.#wait(later, named);
      else now.push(named);
      if (number % REPEATED_EVERY === 0) this.#wait(later, named);
    }
    now.push(...(this.#waiting.get(batch) ?? []));
    this.#waiting.delete(batch);
    return now.map((named) => writeNamed(writer, named));
  }

  /** Events that nothing is asked of but that time goes on in every partition, past the ends of all windows and traces of the load. */
  closing(event: (timeMs: number) => RepeatableEvent, afterMs: number): EventSource {
    const timeMs = this.timeMs + afterMs;
    const uuids = this.#uuids;
    return {
      writeBatch: (writer) =>
        Array.from({ length: CLOSING_EVENTS }, () => writeNamed(writer, { event: event(timeMs), uuid: uuids.next() })),
    };
  }

  #makeAll(batch: number): readonly RepeatableEvent[] {
    const events = this.#make(this.timeMs);
    return batch % TOO_LATE_EVERY === 0 ? [...events, ...this.#make(this.timeMs - TOO_LATE_MS)] : events;
  }

  #wait(batch: number, named: NamedEvent): void {
    const waiting = this.#waiting.get(batch);
    if (waiting === undefined) this.#waiting.set(batch, [named]);
    else waiting.push(named);
  }
}

function writeNamed(writer: EventWriter, { event, uuid }: NamedEvent): string {
  const ticks = msToTicks(event.timeMs);
  writer.beginEvent(ticks, uuid);
  event.writeTags(writer);
  writer.endEvent();
  return eventId(ticks, uuid).toString('hex');
}
