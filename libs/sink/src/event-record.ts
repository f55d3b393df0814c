import type { RecordBlock } from '@hercules/kafka';
import { RejectedRecord } from './adapter.ts';

/** The shortest event: 25 bytes of header and an empty container (protocol §3). */
const MIN_EVENT_BYTES = 27;

/** @throws RejectedRecord `undecodable` when the record's value is plainly no event: none, too short, or of another version */
export function requireEvent({ buffer, valueStarts, valueEnds }: RecordBlock, index: number): void {
  const start = valueStarts[index]!;
  const bytes = valueEnds[index]! - start;
  if (start < 0 || bytes < MIN_EVENT_BYTES) {
    const got = start < 0 ? 'no value' : `${bytes} bytes`;
    throw new RejectedRecord('undecodable', `expected an event of at least ${MIN_EVENT_BYTES} bytes, got ${got}`);
  }
  if (buffer[start] !== 1) throw new RejectedRecord('undecodable', `expected event version 1 at byte 0, got ${buffer[start]}`);
}
