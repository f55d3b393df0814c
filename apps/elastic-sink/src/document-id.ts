import type { ByteSink } from '@hercules/protocol';

const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');

/** Bytes of a document id: base64 of the 24-byte event id. */
export const DOCUMENT_ID_BYTES = 32;

/**
 * Writes the document id of the event that starts at `start`: base64 of timestamp and uuid (protocol §3), always 32 characters.
 * The event id's bytes stand together in the event, right after the version byte.
 */
export function writeDocumentId(buffer: Buffer, start: number, out: ByteSink): void {
  out.ensure(DOCUMENT_ID_BYTES);
  const target = out.buffer;
  let at = out.length;
  for (let from = start + 1; from < start + 25; from += 3) {
    const bits = (buffer[from]! << 16) | (buffer[from + 1]! << 8) | buffer[from + 2]!;
    target[at++] = ALPHABET[bits >> 18]!;
    target[at++] = ALPHABET[(bits >> 12) & 63]!;
    target[at++] = ALPHABET[(bits >> 6) & 63]!;
    target[at++] = ALPHABET[bits & 63]!;
  }
  out.length = at;
}
