import { HerculesError } from '@hercules/protocol';
import type { ProtoReader } from '../grpc/proto-reader.ts';
import type { EventBuffer } from './event-buffer.ts';
import type { TickHalves } from './nanoseconds.ts';
import type { RejectedItems } from './rejected-items.ts';

/** Where the events of one item of a request go. */
export interface EventTarget {
  readonly out: EventBuffer;
  readonly rejected: RejectedItems;
  /** The gateway's clock, for items without a time. */
  readonly now: TickHalves;
  /** Writes the uuid of the next event of the request. */
  uuidInto(buf: Buffer, at: number): void;
}

/** Limits that an event must keep to, or it is refused. */
export interface EventLimits {
  readonly maxEventSizeBytes: number;
  /** Containers and vectors inside one another below the payload. */
  readonly maxDepth: number;
}

/**
 * How the items of one signal become events. The three requests of OTLP have the same frame, so that {@link ExportRequest} goes through it for all.
 * The methods take ranges of the request, [start, end), whose bytes {@link reader} has; a range is empty when the message is absent. INVALID_EVENT, thrown,
 * refuses what was given, and INVALID_ARGUMENT the whole request.
 */
export interface SignalConverter {
  readonly reader: ProtoReader;
  beginResource(start: number, end: number): void;
  beginScope(start: number, end: number): void;
  /** How many items, as the protocol counts them, a message has that is refused as a whole. */
  countItems(start: number, end: number): number;
  /** Writes the events of a LogRecord, Span or Metric; what cannot be taken of it is added to the target's `rejected`. @returns items taken */
  convert(start: number, end: number, target: EventTarget): number;
}

/** What an item's conversion has thrown: adds the item to the rejected ones if it alone is at fault, or throws what is about the request. */
export function rejectItem({ rejected }: EventTarget, error: unknown): void {
  if (!(error instanceof HerculesError) || error.code !== 'INVALID_EVENT') throw error;
  rejected.addSingle(error);
}

/** Writes time and uuid into the head of the event that was begun. */
export function writeHead(target: EventTarget, time: TickHalves): void {
  const { out } = target;
  const { high, low } = time.isUnknown ? target.now : time;
  const { buf, timestampAt } = out;
  writeU32(buf, timestampAt, high);
  writeU32(buf, timestampAt + 4, low);
  target.uuidInto(buf, out.uuidAt);
}

/** Faster than the Buffer's own method, which checks its arguments. */
function writeU32(buf: Buffer, at: number, value: number): void {
  buf[at] = value >>> 24;
  buf[at + 1] = value >>> 16;
  buf[at + 2] = value >>> 8;
  buf[at + 3] = value;
}
