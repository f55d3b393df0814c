import { isUtf8 } from 'node:buffer';

/** Whether the range is UTF-8, as every text of a protobuf message must be. */
export function isText(body: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (body[at]! >= 0x80) return isUtf8(body.subarray(at, end));
  return true;
}
