import { z } from 'zod';
import { MinuteLedger, type MinuteNumbers } from './minute-ledger.ts';

/** Kafka takes 4096 bytes with a committed offset unless its brokers are told otherwise. */
const MAX_NOTE_BYTES = 3800;

const integer = z.number().int();
const numbersSchema = z.tuple([integer, integer, integer, integer, integer, integer, integer, integer]);
const noteSchema = z.object({
  audit: z.literal(1),
  /** The offset that the note was made for. */
  next: integer,
  /** The minute that goes on. */
  open: numbersSchema.optional(),
  /** Its event times: bucket relative to the minute unless negative, and events. */
  events: z.array(z.tuple([integer, integer])).default([]),
  /** Minutes that are over and were not published yet, the newest first. */
  closed: z.array(numbersSchema).default([]),
});

/** How far a partition is counted, and what is counted and not published for good. */
export interface LedgerState {
  readonly next: number;
  readonly open: MinuteLedger | undefined;
  /** The oldest first. */
  readonly closed: readonly MinuteLedger[];
}

/**
 * What is committed together with an offset. It must fit: what does not is left out, first the event times of the open minute, then the oldest of the closed
 * minutes; after a crash the audit then says that these are unknown.
 */
export function encodeNote({ next, open, closed }: LedgerState): string {
  const unpublished = closed.filter(({ isKept }) => !isKept).map(({ numbers }) => numbers);
  const newestFirst = unpublished.reverse();
  const events = (open?.events.entries() ?? []).map(([bucket, count]) => [relative(open!.minute, bucket), count]);
  const begin = { audit: 1, next, ...(open === undefined ? {} : { open: open.numbers }) };
  const whole = JSON.stringify({ ...begin, ...unlessEmpty('events', events), ...unlessEmpty('closed', newestFirst) });
  if (whole.length <= MAX_NOTE_BYTES) return whole;
  const room = MAX_NOTE_BYTES - JSON.stringify({ ...begin, closed: [] }).length;
  return JSON.stringify({ ...begin, ...unlessEmpty('closed', newestFirst.slice(0, countThatFit(newestFirst, room))) });
}

function unlessEmpty(name: string, list: readonly unknown[]): object {
  return list.length === 0 ? {} : { [name]: list };
}

/** How many of the first items take no more than `room` as JSON. */
function countThatFit(items: readonly unknown[], room: number): number {
  let left = room;
  const tooMany = items.findIndex((item) => (left -= JSON.stringify(item).length + 1) < 0);
  return tooMany < 0 ? items.length : tooMany;
}

/** undefined when the note is not one of ours, or was made for another offset */
export function decodeNote(text: string, offset: number): LedgerState | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = noteSchema.safeParse(document);
  if (data === undefined || data.next !== offset) return undefined;
  const open = data.open === undefined ? undefined : MinuteLedger.fromNumbers(data.open as MinuteNumbers);
  if (open !== undefined) for (const [bucket, count] of data.events) open.events.add(absolute(open.minute, bucket), count);
  return { next: data.next, open, closed: data.closed.map((numbers) => MinuteLedger.fromNumbers(numbers as MinuteNumbers)).reverse() };
}

/** Small numbers for what is near, the usual case. Far buckets stay as they are: they are the only odd ones, so they are kept apart by parity. */
function relative(minute: number, bucket: number): number {
  return bucket < 0 ? 2 * bucket + 1 : 2 * (minute - bucket);
}

function absolute(minute: number, value: number): number {
  return value % 2 === 0 ? minute - value / 2 : (value - 1) / 2;
}
