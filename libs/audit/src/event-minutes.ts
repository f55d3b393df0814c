import { eventMinuteBucket, MINUTE_TICKS, minuteOfTicks } from './minutes.ts';

/** Where the timestamp stands in an event, and what comes before it (protocol §3). */
const TIMESTAMP_OFFSET = 1;
const TIMESTAMP_END = 9;
const HIGH = 2 ** 32;

/**
 * Events that arrived in one minute, by the minute in which they happened. Most neighbours happened in the same minute, so an event costs the reading of its
 * timestamp and two comparisons.
 */
export class EventMinutes {
  readonly #arrivalMinute: number;
  readonly #counts = new Map<number, number>();
  /** Ticks of the minute of the last event, and events of it that are not in `#counts` yet. */
  #from = 0;
  #to = 0;
  #run = 0;

  constructor(arrivalMinute: number) {
    this.#arrivalMinute = arrivalMinute;
  }

  /** Counts the event that begins at `start`; one that ends before its timestamp does is left out. */
  addEvent(buffer: Buffer, start: number, end: number): void {
    if (end - start < TIMESTAMP_END) return;
    // As a double: of two neighbours 100 ns apart one may fall into the other's minute, the same way at every stage.
    const ticks = buffer.readInt32BE(start + TIMESTAMP_OFFSET) * HIGH + buffer.readUInt32BE(start + TIMESTAMP_OFFSET + 4);
    if (ticks >= this.#from && ticks < this.#to) this.#run++;
    else this.#beginRun(ticks);
  }

  add(bucket: number, events: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + events);
  }

  /** Adds what another one holds. */
  addAll(others: EventMinutes): void {
    for (const [bucket, events] of others.entries()) this.add(bucket, events);
  }

  /** Pairs of bucket and events. */
  entries(): [number, number][] {
    this.#endRun();
    return [...this.#counts];
  }

  #beginRun(ticks: number): void {
    this.#endRun();
    const minute = minuteOfTicks(ticks);
    this.#from = minute * MINUTE_TICKS;
    this.#to = this.#from + MINUTE_TICKS;
    this.#run = 1;
  }

  #endRun(): void {
    if (this.#run > 0) this.add(eventMinuteBucket(this.#arrivalMinute, this.#from / MINUTE_TICKS), this.#run);
    this.#run = 0;
  }
}
