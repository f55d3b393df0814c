import type { HerculesEvent } from './event.ts';
import { EVENT_ID_BYTES } from './event-id.ts';
import { negativeCount, truncated } from './format-errors.ts';
import { readBatch } from './reader.ts';
import { badValue, WireBuffer } from './wire-buffer.ts';
import { writeEvent } from './writer.ts';

/** How far a reader of a stream has come: for each partition the offset of the next event (protocol §6). */
export type StreamState = readonly { readonly partition: number; readonly offset: bigint }[];

/** How far a reader of a timeline has come, for each slice: the bucket in ms since 1970 and the id (24 bytes) of the last event read. */
export type TimelineState = readonly { readonly slice: number; readonly ttOffset: bigint; readonly eventId: Buffer }[];

/** What the read side answers: the state behind the events, and the events. Events to encode may be bytes already. */
export interface StreamContent<E = HerculesEvent> {
  readonly state: StreamState;
  readonly events: readonly E[];
}

export interface TimelineContent<E = HerculesEvent> {
  readonly state: TimelineState;
  readonly events: readonly E[];
}

const STREAM_ITEM_BYTES = 12;
const TIMELINE_ITEM_BYTES = 36;

/** @throws ProtocolError `bad-value` when a number is outside of its field */
export function encodeStreamState(state: StreamState): Buffer {
  const out = new WireBuffer(4 + state.length * STREAM_ITEM_BYTES);
  writeStreamState(out, state);
  return out.bytes();
}

/** Bytes behind the state are ignored. @throws ProtocolError */
export function decodeStreamState(buf: Buffer): StreamState {
  return readStreamState(buf).state;
}

/** @throws ProtocolError `bad-value` when a number is outside of its field or an event id has not 24 bytes */
export function encodeTimelineState(state: TimelineState): Buffer {
  const out = new WireBuffer(4 + state.length * TIMELINE_ITEM_BYTES);
  writeTimelineState(out, state);
  return out.bytes();
}

/** Bytes behind the state are ignored. @throws ProtocolError */
export function decodeTimelineState(buf: Buffer): TimelineState {
  return readTimelineState(buf).state;
}

/** Events that are bytes go out as they are. @throws ProtocolError */
export function encodeStreamContent(content: StreamContent<HerculesEvent | Buffer>): Buffer {
  const out = new WireBuffer();
  writeStreamState(out, content.state);
  writeEvents(out, content.events);
  return out.bytes();
}

/** @throws ProtocolError */
export function decodeStreamContent(buf: Buffer): StreamContent {
  const { state, end } = readStreamState(buf);
  return { state, events: readBatch(buf, end) };
}

/** Events that are bytes go out as they are. @throws ProtocolError */
export function encodeTimelineContent(content: TimelineContent<HerculesEvent | Buffer>): Buffer {
  const out = new WireBuffer();
  writeTimelineState(out, content.state);
  writeEvents(out, content.events);
  return out.bytes();
}

/** @throws ProtocolError */
export function decodeTimelineContent(buf: Buffer): TimelineContent {
  const { state, end } = readTimelineState(buf);
  return { state, events: readBatch(buf, end) };
}

function writeStreamState(out: WireBuffer, state: StreamState): void {
  out.i32(state.length);
  for (const { partition, offset } of state) {
    out.i32(partition);
    out.i64(offset);
  }
}

function writeTimelineState(out: WireBuffer, state: TimelineState): void {
  out.i32(state.length);
  for (const { slice, ttOffset, eventId } of state) {
    if (eventId.length !== EVENT_ID_BYTES) throw badValue(`an event id of ${EVENT_ID_BYTES} bytes`, eventId.length);
    out.i32(slice);
    out.i64(ttOffset);
    out.raw(eventId);
  }
}

function writeEvents(out: WireBuffer, events: readonly (HerculesEvent | Buffer)[]): void {
  out.i32(events.length);
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!;
    if (Buffer.isBuffer(event)) out.raw(event);
    else writeEvent(out, event, i);
  }
}

/** The number of items, all of which the buffer holds. */
function readCount(buf: Buffer, what: string, itemBytes: number): number {
  if (buf.length < 4) throw truncated(`a count of ${what}`, 4, buf.length, -1, 0);
  const count = buf.readInt32BE(0);
  if (count < 0) throw negativeCount(what, count, 0);
  const needed = count * itemBytes;
  if (needed > buf.length - 4) throw truncated(what, needed, buf.length - 4, -1, 4);
  return count;
}

function readStreamState(buf: Buffer): { state: StreamState; end: number } {
  const count = readCount(buf, 'partitions', STREAM_ITEM_BYTES);
  const state = Array.from({ length: count }, (_, i) => {
    const at = 4 + i * STREAM_ITEM_BYTES;
    return { partition: buf.readInt32BE(at), offset: buf.readBigInt64BE(at + 4) };
  });
  return { state, end: 4 + count * STREAM_ITEM_BYTES };
}

function readTimelineState(buf: Buffer): { state: TimelineState; end: number } {
  const count = readCount(buf, 'slices', TIMELINE_ITEM_BYTES);
  const state = Array.from({ length: count }, (_, i) => {
    const at = 4 + i * TIMELINE_ITEM_BYTES;
    const eventId = Buffer.from(buf.subarray(at + 12, at + TIMELINE_ITEM_BYTES));
    return { slice: buf.readInt32BE(at), ttOffset: buf.readBigInt64BE(at + 4), eventId };
  });
  return { state, end: 4 + count * TIMELINE_ITEM_BYTES };
}
