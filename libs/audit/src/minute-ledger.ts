import type { SinkCounts } from './audit-record.ts';
import { EventMinutes } from './event-minutes.ts';

/** Numbers of a minute in the order in which a note holds them: minute, from, to, written, duplicated, filtered, dead, absent. */
export type MinuteNumbers = [number, number, number, number, number, number, number, number];

/** What became of the records of one partition that arrived in one minute: those in [from, to). */
export class MinuteLedger {
  /** Of arrival, in minutes since 1970. */
  readonly minute: number;
  readonly from: number;
  to: number;
  written = 0;
  duplicated = 0;
  filtered = 0;
  dead = 0;
  absent = 0;
  readonly events: EventMinutes;
  version = 1;
  keptVersion = 0;

  constructor(minute: number, from: number) {
    this.minute = minute;
    this.from = from;
    this.to = from;
    this.events = new EventMinutes(minute);
  }

  static fromNumbers([minute, from, to, written, duplicated, filtered, dead, absent]: MinuteNumbers): MinuteLedger {
    return Object.assign(new MinuteLedger(minute, from), { to, written, duplicated, filtered, dead, absent });
  }

  get numbers(): MinuteNumbers {
    return [this.minute, this.from, this.to, this.written, this.duplicated, this.filtered, this.dead, this.absent];
  }

  /** Whether Kafka has these counts as they are now. */
  get isKept(): boolean {
    return this.keptVersion === this.version;
  }

  counts(app: string): SinkCounts {
    const { from, to, written, duplicated, filtered, dead, absent } = this;
    return { app, from, to, written, duplicated, filtered, dead, absent, events: this.events.entries() };
  }
}
