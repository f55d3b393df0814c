import { randomBytes } from 'node:crypto';
import { type EventWriter, msToTicks, uuidFromBytes } from '@hercules/protocol';
import { DisorderedEvents, type RepeatableEvent } from './disordered-events.ts';

const TRACES_PER_BATCH = 3;
/** Traces are as long as that windows of a second, and now and then one of 10 s, begin in the midst of them. */
const SHORTEST_MS = 300;

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly beginMs: number;
  readonly endMs: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Traces of a shop: the front asks the cart over HTTP, naming it; the cart asks the database, which only the parent of the database's span tells; then the front renders a page. Children
 * lie inside of their parents and one after the other.
 */
export function shopTraces(startMs: number): DisorderedEvents {
  let number = 0;
  return new DisorderedEvents(startMs, (timeMs) => Array.from({ length: TRACES_PER_BATCH }, () => shopTrace(timeMs, number++)).flat());
}

/** A span that belongs to no trace which anything could be told of: its parent never comes. */
export function strayedSpan(timeMs: number): RepeatableEvent {
  const span = { traceId: newId(), spanId: newId(), parentId: newId(), beginMs: timeMs - 1, endMs: timeMs };
  return spanEvent({ ...span, annotations: { application: 'clock', operation: 'tick', kind: 'timer' } });
}

function shopTrace(endMs: number, number: number): RepeatableEvent[] {
  const traceId = newId();
  const [root, call, cart, query, page] = Array.from({ length: 5 }, newId) as [string, string, string, string, string];
  const long = SHORTEST_MS + (number % 11) * 100;
  const beginMs = endMs - long;
  const status = number % 7 === 0 ? 'error' : 'success';
  const server = 'http-request-server';
  const host = `h${number % 3}`;
  const spans: readonly Span[] = [
    {
      traceId,
      spanId: query,
      parentId: cart,
      beginMs: beginMs + 40,
      endMs: beginMs + 60 + (number % 5) * 10,
      annotations: { application: 'db', operation: `query ${number % 2}`, kind: 'db', status },
    },
    {
      traceId,
      spanId: cart,
      parentId: call,
      beginMs: beginMs + 30,
      endMs: beginMs + 130,
      annotations: { application: 'cart', operation: 'checkout', kind: server, status, host },
    },
    {
      traceId,
      spanId: call,
      parentId: root,
      beginMs: beginMs + 20,
      endMs: beginMs + 150,
      annotations: { application: 'front', operation: 'POST', kind: 'http-request-client', status, 'http.client.name': 'cart' },
    },
    {
      traceId,
      spanId: page,
      parentId: root,
      beginMs: beginMs + 160,
      endMs: endMs - 50,
      annotations: { application: 'front', operation: 'render', kind: 'page' },
    },
    { traceId, spanId: root, beginMs, endMs, annotations: { application: 'front', operation: 'GET /shop', kind: server, status, host } },
  ];
  return spans.map(spanEvent);
}

function spanEvent({ traceId, spanId, parentId, beginMs, endMs, annotations }: Span): RepeatableEvent {
  return {
    timeMs: endMs,
    writeTags(writer: EventWriter) {
      writer.uuid('traceId', traceId);
      writer.uuid('spanId', spanId);
      if (parentId !== undefined) writer.uuid('parentSpanId', parentId);
      writer.long('beginTimestampUtc', msToTicks(beginMs));
      writer.long('endTimestampUtc', msToTicks(endMs));
      writer.beginContainer('annotations');
      for (const [key, text] of Object.entries(annotations)) writer.string(key, text);
      writer.endContainer();
    },
  };
}

function newId(): string {
  return uuidFromBytes(randomBytes(16));
}
