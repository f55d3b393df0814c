import { eventIdBase64, readEvent, type Value } from '@hercules/protocol';

/** An event that a sink could not store, as libs/sink writes it to the dead-letter stream. */
export interface DeadLetter {
  /** Its own uuid, which names it. */
  readonly id: string;
  /** ms since 1970 */
  readonly atMs: number;
  readonly reason: string;
  readonly error: string;
  readonly sink: string;
  readonly group: string;
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: bigint;
  /** The bytes of the event. */
  readonly original: Buffer;
  /** Length before it was cut; undefined when it is whole. */
  readonly originalSize: number | undefined;
}

/** @throws ProtocolError when the bytes are no event */
export function readDeadLetter(bytes: Buffer): DeadLetter {
  const { event } = readEvent(bytes);
  const tag = (name: string): Value['value'] | undefined => event.payload.get(name)?.value;
  const text = (name: string): string => String(tag(name) ?? '');
  const original = tag('original') as { elements?: unknown } | undefined;
  const originalSize = tag('originalSize');
  return {
    id: event.uuid,
    atMs: Number(event.timestamp / 10_000n),
    reason: text('reason'),
    error: text('error'),
    sink: text('sink'),
    group: text('group'),
    sourceTopic: text('sourceTopic'),
    sourcePartition: Number(tag('sourcePartition') ?? -1),
    sourceOffset: BigInt((tag('sourceOffset') as bigint | undefined) ?? -1n),
    original: Buffer.isBuffer(original?.elements) ? original.elements : Buffer.alloc(0),
    originalSize: typeof originalSize === 'number' ? originalSize : undefined,
  };
}

/** The letter as JSON without the original's bytes. */
export function deadLetterSummary(letter: DeadLetter): Record<string, unknown> {
  const { id, atMs, reason, error, sink, group, sourceTopic, sourcePartition, sourceOffset, original, originalSize } = letter;
  return {
    id,
    at: new Date(atMs).toISOString(),
    reason,
    error,
    sink,
    group,
    sourceTopic,
    sourcePartition,
    sourceOffset,
    originalId: originalId(original),
    originalBytes: originalSize ?? original.length,
    isWhole: originalSize === undefined,
  };
}

/** Id of the original event; null when it is too broken to have one. */
function originalId(original: Buffer): string | null {
  try {
    return eventIdBase64(original);
  } catch {
    return null;
  }
}
