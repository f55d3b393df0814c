import { readEvent } from '@hercules/protocol';
import type { TopicRecord } from '@hercules/testing';
import { textOf } from './counted-events.ts';

/** The events of a stream by id, each with partition-independent all that makes it: key and bytes. */
export type EventsById = Map<string, string>;

/**
 * The distinct events of a stream.
 * @throws Error when an id stands for different keys or bytes, or is in several partitions
 */
export function eventsById(records: readonly TopicRecord[]): EventsById {
  const events: EventsById = new Map();
  const partitions = new Map<string, number>();
  for (const { partition, key, value } of records) {
    const id = value.toString('hex', 1, 25);
    const whole = `${key.toString('hex')}=${value.toString('hex')}`;
    if ((events.get(id) ?? whole) !== whole) throw new Error(`the id ${id} has different keys or bytes`);
    if ((partitions.get(id) ?? partition) !== partition)
      throw new Error(`the id ${id} is in partitions ${partitions.get(id)} and ${partition}`);
    events.set(id, whole);
    partitions.set(id, partition);
  }
  return events;
}

/** The records whose event has this text in this tag. */
export function withTag(records: readonly TopicRecord[], key: string, text: string): TopicRecord[] {
  return records.filter(({ value }) => tagText(value, key) === text);
}

/** All texts that a tag has. */
export function tagTexts(records: readonly TopicRecord[], key: string): Set<string> {
  return new Set(records.map(({ value }) => tagText(value, key)));
}

function tagText(value: Buffer, key: string): string {
  return textOf(readEvent(value).event.payload.get(key));
}

/** @returns what is not as expected, in words */
export function eventDifferences(expected: EventsById, found: EventsById): string[] {
  const missing = [...expected].filter(([id, whole]) => found.get(id) !== whole).map(([id]) => `${id}: is missing, or not the same`);
  const tooMany = [...found.keys()].filter((id) => !expected.has(id)).map((id) => `${id}: expected none`);
  return [...missing, ...tooMany];
}
