import { type ApiRequest, timeParameter, textParameter, type Parameter } from '@hercules/http-api';
import type { StoredLetter } from '@hercules/sink';

/** Which letters of a dead-letter stream are meant; what is left out does not matter. */
export interface LetterSelection {
  /** When the letter was written, ms since 1970; the end does not belong to it. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly reason?: string | undefined;
  /** Application id of the sink. */
  readonly sink?: string | undefined;
  /** Stream that the event came from. */
  readonly source?: string | undefined;
}

const from = timeParameter('from', 'Letters written since then', false);
const to = timeParameter('to', 'Letters written before then', false);
const reason = textParameter('reason', { required: false, description: 'Letters with this reason' });
const sink = textParameter('sink', { required: false, description: 'Letters of this sink' });
const source = textParameter('source', { required: false, description: 'Letters whose events came from this stream' });

export const SELECTION_PARAMETERS: readonly Parameter<unknown>[] = [from, to, reason, sink, source];

/** Throws INVALID_ARGUMENT. */
export function readSelection(request: ApiRequest): LetterSelection {
  return {
    fromMs: request.optional(from),
    toMs: request.optional(to),
    reason: request.optional(reason),
    sink: request.optional(sink),
    source: request.optional(source),
  };
}

/** Whether a letter is meant; its time is the range's business. */
export function isSelected({ reason: why, sink: by, source: stream }: LetterSelection, letter: StoredLetter): boolean {
  return (
    (why === undefined || why === letter.reason) &&
    (by === undefined || by === letter.sink) &&
    (stream === undefined || stream === letter.sourceTopic)
  );
}
