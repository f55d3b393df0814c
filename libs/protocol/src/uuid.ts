import { ProtocolError } from './errors.ts';
import { truncated } from './format-errors.ts';

export const UUID_BYTES = 16;
/** The uuid that stands for "none", for example in place of a parent span. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The 16 bytes of a uuid in the order of its text (protocol §1).
 * @throws ProtocolError `bad-value` unless the text is 32 hexadecimal digits with hyphens, in groups of 8, 4, 4, 4 and 12
 */
export function uuidToBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(UUID_BYTES);
  writeUuid(text, bytes, 0);
  return bytes;
}

/** Writes the 16 bytes of a uuid at `offset`; errors as {@link uuidToBytes}. The caller has made room. */
export function writeUuid(text: string, target: Buffer, offset: number): void {
  if (typeof text !== 'string' || !UUID_TEXT.test(text)) {
    throw new ProtocolError('bad-value', `expected a uuid such as ${NIL_UUID}, but it is ${JSON.stringify(text)}`, -1, -1);
  }
  target.write(text.slice(0, 8), offset, 'hex');
  target.write(text.slice(9, 13), offset + 4, 'hex');
  target.write(text.slice(14, 18), offset + 6, 'hex');
  target.write(text.slice(19, 23), offset + 8, 'hex');
  target.write(text.slice(24), offset + 10, 'hex');
}

/**
 * The text of a uuid: lower case, with hyphens.
 * @throws ProtocolError `truncated` when fewer than 16 bytes follow `offset`
 */
export function uuidFromBytes(bytes: Buffer, offset = 0): string {
  if (bytes.length - offset < UUID_BYTES) throw truncated('a uuid', UUID_BYTES, Math.max(bytes.length - offset, 0), -1, offset);
  const hex = bytes.toString('hex', offset, offset + UUID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
