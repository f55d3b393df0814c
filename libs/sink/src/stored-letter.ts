import { HerculesError, readEvent, type Value } from '@hercules/protocol';

/** The last moment that a Date can hold. */
const LATEST_MS = 8.64e15;

/** A dead letter as it stands in its stream: what `DeadLetters` has written. */
export interface StoredLetter {
  /** Its own uuid, which names it: made of the group and the place of the record, so that the same record is the same letter. */
  readonly id: string;
  /** When it was written, ms since 1970. */
  readonly atMs: number;
  readonly reason: string;
  readonly error: string;
  readonly sink: string;
  readonly group: string;
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  /** When the record arrived in its stream, ms since 1970. */
  readonly sourceTimestampMs: number;
  /** Key of the record; null when it had none. */
  readonly key: Buffer | null;
  /** The bytes of the event; a view of what the letter was read from. */
  readonly original: Buffer;
  /** Length before it was cut; undefined when it is whole. */
  readonly originalSize: number | undefined;
}

/**
 * Reads a letter of the dead-letter stream.
 * @throws HerculesError INVALID_EVENT when the bytes are no event, or an event that is no dead letter
 */
export function readStoredLetter(bytes: Buffer, start = 0): StoredLetter {
  const { event } = readEvent(bytes, start);
  const tag = (name: string): Value['value'] | undefined => event.payload.get(name)?.value;
  const text = (name: string): string => {
    const value = tag(name);
    return typeof value === 'string' ? value : '';
  };
  // Whoever may write to the stream may have written anything.
  const number = (name: string, most = Number.MAX_SAFE_INTEGER): number => {
    const value = Number(tag(name) ?? -1);
    return Number.isInteger(value) && value <= most ? value : -1;
  };
  const original = bytesOf(tag('original'));
  const sourceTopic = text('sourceTopic');
  if (original === undefined || sourceTopic === '') {
    const missing = original === undefined ? 'original' : 'sourceTopic';
    throw new HerculesError('INVALID_EVENT', `the event ${event.uuid} is no dead letter: expected the tag ${missing}`);
  }
  const originalSize = tag('originalSize');
  return {
    id: event.uuid,
    atMs: Number(event.timestamp / 10_000n),
    reason: text('reason'),
    error: text('error'),
    sink: text('sink'),
    group: text('group'),
    sourceTopic,
    sourcePartition: number('sourcePartition'),
    sourceOffset: number('sourceOffset'),
    sourceTimestampMs: number('sourceTimestampMs', LATEST_MS),
    key: bytesOf(tag('key')) ?? null,
    original,
    originalSize: typeof originalSize === 'number' ? originalSize : undefined,
  };
}

/** A vector of bytes is given as its bytes. */
function bytesOf(value: Value['value'] | undefined): Buffer | undefined {
  const { elements } = (value ?? {}) as { elements?: unknown };
  return Buffer.isBuffer(elements) ? elements : undefined;
}
