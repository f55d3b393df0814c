import { WIDEST_CHECK_LIMITS } from '../check-limits.ts';
import type { HerculesEvent } from '../event.ts';
import { readBatch, readEvent } from '../reader.ts';
import {
  decodeStreamContent,
  decodeStreamState,
  decodeTimelineContent,
  decodeTimelineState,
  encodeStreamContent,
  encodeStreamState,
  encodeTimelineContent,
  encodeTimelineState,
  type StreamState,
  type TimelineState,
} from '../states.ts';
import { encodeBatch, encodeEvent } from '../writer.ts';
import { eventOfVectorJson } from './vector-event.ts';

/** What the `kind` of a test vector may be (protocol §12). */
export const VECTOR_KINDS = ['event', 'batch', 'stream-state', 'stream-content', 'timeline-state', 'timeline-content'] as const;

export type VectorKind = (typeof VECTOR_KINDS)[number];

/** The default depth is a policy of the gateway, not a part of the codec. */
const DEPTH = { maxDepth: WIDEST_CHECK_LIMITS.maxDepth };

/** Decodes bytes of the kind into the model. @throws ProtocolError */
export function decodeVector(kind: VectorKind, bytes: Buffer): unknown {
  switch (kind) {
    case 'event':
      return readEvent(bytes, 0, DEPTH).event;
    case 'batch':
      return readBatch(bytes, 0, DEPTH);
    case 'stream-state':
      return decodeStreamState(bytes);
    case 'stream-content':
      return decodeStreamContent(bytes);
    case 'timeline-state':
      return decodeTimelineState(bytes);
    case 'timeline-content':
      return decodeTimelineContent(bytes);
  }
}

/** Encodes what {@link vectorJson} or {@link decodeVector} of the same kind returned. @throws ProtocolError */
export function encodeVector(kind: VectorKind, value: unknown): Buffer {
  switch (kind) {
    case 'event':
      return encodeEvent(value as HerculesEvent, DEPTH);
    case 'batch':
      return encodeBatch(value as HerculesEvent[], DEPTH);
    case 'stream-state':
      return encodeStreamState(value as StreamState);
    case 'stream-content':
      return encodeStreamContent(value as Parameters<typeof encodeStreamContent>[0]);
    case 'timeline-state':
      return encodeTimelineState(value as TimelineState);
    case 'timeline-content':
      return encodeTimelineContent(value as Parameters<typeof encodeTimelineContent>[0]);
  }
}

/** Turns the `json` of a test vector into the model. @throws TypeError or SyntaxError when it has another shape */
export function vectorJson(kind: VectorKind, json: unknown): unknown {
  const { state, events } = json as { state: unknown; events: readonly unknown[] };
  switch (kind) {
    case 'event':
      return eventOfVectorJson(json);
    case 'batch':
      return events.map(eventOfVectorJson);
    case 'stream-state':
      return streamStateOf(json);
    case 'stream-content':
      return { state: streamStateOf(state), events: events.map(eventOfVectorJson) };
    case 'timeline-state':
      return timelineStateOf(json);
    case 'timeline-content':
      return { state: timelineStateOf(state), events: events.map(eventOfVectorJson) };
  }
}

function streamStateOf(json: unknown): StreamState {
  return (json as { partition: number; offset: string }[]).map(({ partition, offset }) => ({ partition, offset: BigInt(offset) }));
}

function timelineStateOf(json: unknown): TimelineState {
  return (json as { slice: number; offset: string; eventId: string }[]).map(({ slice, offset, eventId }) => ({
    slice,
    ttOffset: BigInt(offset),
    eventId: Buffer.from(eventId, 'hex'),
  }));
}
