import { type HerculesEvent, readEvent, type Value } from '@hercules/protocol';
import type { TopicRecord } from '@hercules/testing';

/** Settings of the processors under test: how long after its end a window is amended, and how much disorder is no lateness, in ms of event time. */
export const LATENESS_MS = 20_000;
export const DISORDER_MS = 500;

/** An event of the input that has come for the first time. */
export interface CountedEvent {
  readonly event: HerculesEvent;
  readonly timeMs: number;
  /** Windows that end at or before this time were closed when it came, in ms. */
  readonly closedMs: number;
}

/**
 * What there is to be counted in a stream: each event once, the first time that it stands in the log. Time goes by the newest event of its partition so far (decision 008).
 * @param records partition by partition, in their order
 */
export function countedEvents(records: readonly TopicRecord[]): CountedEvent[] {
  const events = new Map<string, CountedEvent>();
  const newestMs = new Map<number, number>();
  for (const { partition, value } of records) {
    const { event } = readEvent(value);
    const timeMs = Number(event.timestamp / 10_000n);
    const nowMs = Math.max(newestMs.get(partition) ?? -Infinity, timeMs);
    newestMs.set(partition, nowMs);
    const id = `${event.timestamp} ${event.uuid}`;
    if (!events.has(id)) events.set(id, { event, timeMs, closedMs: nowMs - DISORDER_MS - LATENESS_MS });
  }
  return [...events.values()];
}

export function windowOf(timeMs: number, periodMs: number): number {
  return Math.floor(timeMs / periodMs) * periodMs;
}

/** The true quantile of numbers. */
export function quantileOf(numbers: readonly number[], quantile: number): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(quantile * (numbers.length - 1))]!;
}

/** The text of a tag; '' when it is none. */
export function textOf(value: Value | undefined): string {
  return value?.type === 'string' ? value.value : '';
}
