import type { LineCounters } from './line-counters.ts';

/** A listener for a protocol that cannot acknowledge, not started yet. */
export interface NamedReceiver {
  readonly name: string;
  readonly host: string;
  readonly receiver: {
    /** Resolves with the port. @throws HerculesError BAD_CONFIG */
    start(): Promise<number>;
    /** Resolves when Kafka has all that was read, at most after the given time. */
    stop(deadlineMs: number): Promise<void>;
  };
  readonly counters: LineCounters;
}
