import { encodeBatch, encodeEvent, tag, UuidV1Generator, type HerculesEvent, type Value } from '@hercules/protocol';

const uuids = new UuidV1Generator();

/** A small log event with a message and whatever else is asked for. */
export function newEvent(message: string, more: Readonly<Record<string, Value>> = {}): HerculesEvent {
  const payload = new Map<string, Value>([['message', tag.string(message)], ...Object.entries(more)]);
  return { version: 1, timestamp: 17_000_000_000_000_000n, uuid: uuids.next(), payload };
}

/** A batch of events whose messages are numbered. */
export function newBatch(count: number, label = 'event'): Buffer {
  return encodeBatch(Array.from({ length: count }, (_, i) => newEvent(`${label} ${i}`)));
}

/** A batch from the bytes of events, good or bad. */
export function batchOf(...events: (Buffer | HerculesEvent)[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeInt32BE(events.length);
  return Buffer.concat([count, ...events.map((event) => (Buffer.isBuffer(event) ? event : encodeEvent(event)))]);
}
