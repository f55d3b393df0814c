import { HerculesError } from '@hercules/protocol';
import type { MethodCounters } from '../../intake-counters.ts';
import type { ReceiverParts } from '../receiver-parts.ts';

/** What every exchange of the HTTP receiver shares. */
export interface SendContext extends ReceiverParts {
  /** Longest body as sent, in bytes. */
  readonly maxContentLength: number;
  /** Unpacked bodies must be shorter than this, in bytes. */
  readonly originalLengthLimit: number;
  readonly sendCounters: MethodCounters;
  readonly sendAsyncCounters: MethodCounters;
  readonly refusals: Refusals;
}

/** Refusals that always read the same. */
export interface Refusals {
  readonly stopping: HerculesError;
  readonly unknownKey: HerculesError;
  readonly noStream: HerculesError;
  readonly unreadableStream: HerculesError;
  readonly noLength: HerculesError;
  readonly tooLarge: HerculesError;
  readonly throttled: HerculesError;
}

export function createRefusals(maxContentLength: number): Refusals {
  return {
    stopping: new HerculesError('SHUTTING_DOWN', 'The gateway is shutting down'),
    unknownKey: new HerculesError('UNAUTHENTICATED', 'The API key is absent or unknown'),
    noStream: new HerculesError('INVALID_ARGUMENT', "The query parameter 'stream' is missing"),
    unreadableStream: new HerculesError('INVALID_ARGUMENT', "The query parameter 'stream' is not valid percent-encoding"),
    noLength: new HerculesError('LENGTH_REQUIRED', 'The request needs a Content-Length'),
    tooLarge: new HerculesError('PAYLOAD_TOO_LARGE', `The body may have at most ${maxContentLength} bytes`),
    throttled: new HerculesError('THROTTLED', 'Too many bytes are under way; try again later'),
  };
}
