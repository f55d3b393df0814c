import { parseJson } from '@hercules/metadata';
import { DocumentFormatter, eventIdBase64, parseMapping, readEvent } from '@hercules/protocol';
import type { StoredLetter } from '@hercules/sink';
import { z } from 'zod';
import type { Resending } from './resendings.ts';

/** A letter as JSON without its event. */
export const letterSummarySchema = z.object({
  id: z.string().describe('uuid of the letter'),
  at: z.string().describe('When it was written, ISO 8601'),
  reason: z.string(),
  error: z.string(),
  sink: z.string(),
  group: z.string(),
  sourceTopic: z.string(),
  sourcePartition: z.number(),
  sourceOffset: z.number(),
  sourceAt: z.string().nullable().describe('When the event arrived in its stream, ISO 8601'),
  originalId: z.string().nullable().describe('Id of the event; null when it is too broken to have one'),
  originalBytes: z.number(),
  isWhole: z.boolean().describe('false: only the beginning of the event was kept, so it cannot be sent again'),
  resentAt: z.string().nullable().describe('When it was sent again, ISO 8601'),
});

export type LetterSummary = z.infer<typeof letterSummarySchema>;

export function letterSummary(letter: StoredLetter, resending: Resending | undefined): LetterSummary {
  const { id, atMs, reason, error, sink, group, sourceTopic, sourcePartition, sourceOffset, sourceTimestampMs, original, originalSize } =
    letter;
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
    sourceAt: sourceTimestampMs < 0 ? null : new Date(sourceTimestampMs).toISOString(),
    originalId: originalId(original),
    originalBytes: originalSize ?? original.length,
    isWhole: originalSize === undefined,
    resentAt: resending?.state === 'sent' ? new Date(resending.atMs).toISOString() : null,
  };
}

/** The event of a letter with all its tags; `{"error": why}` when it cannot be read. */
export function originalDocument({ original }: StoredLetter): unknown {
  try {
    return parseJson(new DocumentFormatter({ mapping: parseMapping('', 'plain') }).toJson(readEvent(original).event));
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function originalId(original: Buffer): string | null {
  try {
    return eventIdBase64(original);
  } catch {
    return null;
  }
}
