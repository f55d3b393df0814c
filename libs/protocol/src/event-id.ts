import { ProtocolError } from './errors.ts';
import { TIMESTAMP_OFFSET } from './event-header.ts';
import { truncated } from './format-errors.ts';
import { writeUuid } from './uuid.ts';

export const EVENT_ID_BYTES = 24;

/**
 * What identifies an event (protocol §3): its timestamp as 8 bytes, big-endian, then its uuid.
 * @param timestamp 100-ns ticks since 1970-01-01T00:00:00Z
 * @throws ProtocolError `bad-value` when the timestamp is no 64-bit number or the uuid is none
 */
export function eventId(timestamp: bigint, uuid: string): Buffer {
  if (BigInt.asIntN(64, timestamp) !== timestamp) {
    throw new ProtocolError('bad-value', `expected a timestamp of 64 bits, but it is ${timestamp}`, -1, -1);
  }
  const id = Buffer.allocUnsafe(EVENT_ID_BYTES);
  id.writeBigInt64BE(timestamp, 0);
  writeUuid(uuid, id, 8);
  return id;
}

/**
 * The id of the encoded event that starts at `start`, as text: standard base64, always 32 characters (protocol §3). The id's bytes stand
 * together in an event, right behind its version.
 * @throws ProtocolError `truncated` when the buffer ends before the id does
 */
export function eventIdBase64(buf: Buffer, start = 0): string {
  const from = start + TIMESTAMP_OFFSET;
  if (buf.length - from < EVENT_ID_BYTES) throw truncated('an event id', EVENT_ID_BYTES, Math.max(buf.length - from, 0), 0, from);
  return buf.toString('base64', from, from + EVENT_ID_BYTES);
}
