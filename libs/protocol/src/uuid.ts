import { ProtocolError } from './errors.ts';
import { truncated } from './format-errors.ts';

export const UUID_BYTES = 16;
/** The uuid that stands for "none", for example in place of a parent span. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const UUID_CHARS = 36;
const HYPHEN = 0x2d;
/** Value of a hexadecimal digit by its character code; 0xff for anything else. */
const HEX_DIGITS = new Uint8Array(128).fill(0xff);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX_DIGITS[digit.charCodeAt(0)] = value;
  HEX_DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

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
  if (typeof text !== 'string' || text.length !== UUID_CHARS) throw notAUuid(text);
  let at = offset;
  for (let i = 0; i < UUID_CHARS; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (text.charCodeAt(i) !== HYPHEN) throw notAUuid(text);
      i++;
    }
    const high = hexDigit(text.charCodeAt(i));
    const low = hexDigit(text.charCodeAt(i + 1));
    if ((high | low) > 0xf) throw notAUuid(text);
    target[at++] = (high << 4) | low;
  }
}

function hexDigit(charCode: number): number {
  return charCode < 128 ? HEX_DIGITS[charCode]! : 0xff;
}

function notAUuid(text: unknown): ProtocolError {
  const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 80)) : typeof text;
  return new ProtocolError('bad-value', `expected a uuid such as ${NIL_UUID}, but it is ${shown}`, -1, -1);
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
