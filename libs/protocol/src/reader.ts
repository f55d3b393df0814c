import { DEFAULT_CHECK_LIMITS, resolveCheckLimits, type CheckLimits } from './check-limits.ts';
import { EVENT_HEADER_BYTES, TIMESTAMP_OFFSET, UUID_OFFSET } from './event-header.ts';
import { ProtocolError } from './errors.ts';
import { type Container, type HerculesEvent } from './event.ts';
import { negativeCount, tooManyNulls, truncated } from './format-errors.ts';
import { uuidFromBytes } from './uuid.ts';
import { ValueReader } from './value-reader.ts';

export interface ReadOptions extends Partial<Pick<CheckLimits, 'maxDepth' | 'maxNullVectorLength'>> {
  /** Where the bytes end; the end of the buffer by default. */
  readonly end?: number;
  /** Goes into errors; 0 by default. */
  readonly eventIndex?: number;
}

/** In one batch, this many times the bound of one event on nulls; without it each small event could ask for megabytes. */
const BATCH_NULL_FACTOR = 10;

function readerOf(buf: Buffer, offset: number, options: ReadOptions): ValueReader {
  const end = Math.min(options.end ?? buf.length, buf.length);
  if (!Number.isInteger(offset) || offset < 0 || !Number.isInteger(end)) {
    throw new ProtocolError('bad-value', `expected a range within ${buf.length} bytes, but it is ${offset} to ${end}`, -1, -1);
  }
  const limits =
    options.maxDepth === undefined && options.maxNullVectorLength === undefined ? DEFAULT_CHECK_LIMITS : resolveCheckLimits(options);
  const reader = new ValueReader(buf, end, limits);
  reader.pos = offset;
  reader.beginEvent(options.eventIndex ?? 0);
  return reader;
}

/**
 * Decodes the event that starts at `offset` (protocol §3). Any version and timestamp is read; only the gateway refuses some.
 * @returns the event and the position behind it
 * @throws ProtocolError
 */
export function readEvent(buf: Buffer, offset = 0, options: ReadOptions = {}): { event: HerculesEvent; end: number } {
  const reader = readerOf(buf, offset, options);
  const event = readOne(reader);
  return { event, end: reader.pos };
}

/**
 * Decodes a container, that is a tag count and tags (protocol §4).
 * @returns the container and the position behind it
 * @throws ProtocolError
 */
export function readContainer(buf: Buffer, offset = 0, options: ReadOptions = {}): { container: Container; end: number } {
  const reader = readerOf(buf, offset, options);
  const container = reader.container(0);
  return { container, end: reader.pos };
}

/**
 * Decodes a batch, that is a count and events (protocol §6). Bytes after the last event are ignored.
 * @throws ProtocolError with the index of the event, −1 for the count
 */
export function readBatch(buf: Buffer, offset = 0, options: Omit<ReadOptions, 'eventIndex'> = {}): HerculesEvent[] {
  const reader = readerOf(buf, offset, options);
  if (reader.end - offset < 4) throw truncated('an event count', 4, Math.max(reader.end - offset, 0), -1, offset);
  const count = buf.readInt32BE(offset);
  if (count < 0) throw negativeCount('events', count, offset);
  reader.pos = offset + 4;
  const maxNulls = reader.limits.maxNullVectorLength * BATCH_NULL_FACTOR;
  const events: HerculesEvent[] = [];
  for (let i = 0; i < count; i++) {
    const start = reader.pos;
    reader.beginEvent(i);
    events.push(readOne(reader));
    if (reader.nullsRead > maxNulls) throw tooManyNulls(maxNulls, i, start);
  }
  return events;
}

function readOne(reader: ValueReader): HerculesEvent {
  const { buf, pos } = reader;
  reader.need(EVENT_HEADER_BYTES, 'an event header');
  const version = buf[pos]!;
  const timestamp = buf.readBigInt64BE(pos + TIMESTAMP_OFFSET);
  const uuid = uuidFromBytes(buf, pos + UUID_OFFSET);
  reader.pos = pos + EVENT_HEADER_BYTES;
  return { version, timestamp, uuid, payload: reader.container(0) };
}
