import { encodeKey, type GatewayCounts } from './audit-record.ts';
import type { AuditChange, AuditSource } from './audit-source.ts';
import { EventMinutes } from './event-minutes.ts';
import { minuteOfMs } from './minutes.ts';

/** While the audit topic takes nothing, the counts of a stream's oldest minutes beyond these are given up: its events are uncounted then. */
const MOST_MINUTES = 1440;

/** Counts of one minute of one stream; they change until the last batch of the minute is settled. */
interface MinuteCounts {
  acknowledged: number;
  unconfirmed: number;
  readonly events: EventMinutes;
  version: number;
  keptVersion: number;
}

/** A batch on its way to Kafka, counted when its end is known. */
export class BatchTally {
  readonly #counts: AuditCounts;
  readonly #stream: string;
  readonly #minute: number;
  readonly #events: EventMinutes;
  #total = 0;

  constructor(counts: AuditCounts, stream: string, minute: number) {
    this.#counts = counts;
    this.#stream = stream;
    this.#minute = minute;
    this.#events = new EventMinutes(minute);
  }

  /** Counts an event of the batch. */
  add(buffer: Buffer, start: number, end: number): void {
    this.#total++;
    this.#events.addEvent(buffer, start, end);
  }

  /** @param isAcknowledged Kafka has every event of the batch */
  settle(isAcknowledged: boolean): void {
    this.#counts.settle(this.#stream, this.#minute, this.#total, isAcknowledged ? this.#events : undefined);
  }
}

/**
 * How many events a process has written to Kafka, by stream, minute of arrival and minute of event time. The arrival is the record's timestamp, so that the
 * topic can be compared. Minutes that can change no more and are published are forgotten.
 */
export class AuditCounts implements AuditSource {
  readonly #app: string;
  readonly #process: string;
  readonly #settledWithinMs: number;
  readonly #streams = new Map<string, Map<number, MinuteCounts>>();

  /**
   * @param process names this process and no other, not even one of the same instance: counts of two processes are added
   * @param settledWithinMs how long after its arrival an event may be settled
   */
  constructor(app: string, process: string, settledWithinMs: number) {
    this.#app = app;
    this.#process = process;
    this.#settledWithinMs = settledWithinMs;
  }

  /** @param arrivalMs timestamp that the records of the batch get, ms since 1970 */
  begin(stream: string, arrivalMs: number): BatchTally {
    return new BatchTally(this, stream, minuteOfMs(arrivalMs));
  }

  /** @param events undefined when Kafka has not acknowledged the batch as a whole */
  settle(stream: string, minute: number, total: number, events: EventMinutes | undefined): void {
    if (total === 0) return;
    const counts = this.#countsOf(stream, minute);
    counts.version++;
    if (events === undefined) {
      counts.unconfirmed += total;
      return;
    }
    counts.acknowledged += total;
    counts.events.addAll(events);
  }

  *changes(): Iterable<AuditChange> {
    const settledMinute = minuteOfMs(Date.now() - this.#settledWithinMs) - 1;
    for (const [stream, minutes] of this.#streams) {
      for (const [minute, counts] of minutes) {
        const { version } = counts;
        if (version !== counts.keptVersion) {
          const { acknowledged, unconfirmed, events } = counts;
          const value: GatewayCounts = { app: this.#app, acknowledged, unconfirmed, events: events.entries() };
          const key = encodeKey(['gateway', stream, this.#process, minute]);
          yield { stream, key, value, kept: () => (counts.keptVersion = version) };
        } else if (minute < settledMinute) minutes.delete(minute);
      }
      if (minutes.size === 0) this.#streams.delete(stream);
    }
  }

  #countsOf(stream: string, minute: number): MinuteCounts {
    let minutes = this.#streams.get(stream);
    if (minutes === undefined) this.#streams.set(stream, (minutes = new Map()));
    let counts = minutes.get(minute);
    if (counts === undefined) {
      counts = { acknowledged: 0, unconfirmed: 0, events: new EventMinutes(minute), version: 0, keptVersion: 0 };
      minutes.set(minute, counts);
      if (minutes.size > MOST_MINUTES) minutes.delete(minutes.keys().next().value!);
    }
    return counts;
  }
}
