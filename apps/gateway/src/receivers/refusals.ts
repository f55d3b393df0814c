import { HerculesError } from '@hercules/protocol';

/** Refusals of requests over HTTP that always read the same. */
export interface Refusals {
  readonly stopping: HerculesError;
  readonly unknownKey: HerculesError;
  readonly noStream: HerculesError;
  readonly unreadableStream: HerculesError;
  readonly noLength: HerculesError;
  readonly tooLarge: HerculesError;
  readonly throttled: HerculesError;
  readonly overCapacity: HerculesError;
}

/**
 * @param maxContentLength longest body as sent, in bytes
 * @param capacity bytes of requests that may be under way at once
 */
export function createRefusals(maxContentLength: number, capacity: number): Refusals {
  return {
    stopping: new HerculesError('SHUTTING_DOWN', 'The gateway is shutting down'),
    unknownKey: new HerculesError('UNAUTHENTICATED', 'The API key is absent or unknown'),
    noStream: new HerculesError('INVALID_ARGUMENT', "The query parameter 'stream' is missing"),
    unreadableStream: new HerculesError('INVALID_ARGUMENT', "The query parameter 'stream' is not valid percent-encoding"),
    noLength: new HerculesError('LENGTH_REQUIRED', 'The request needs a Content-Length'),
    tooLarge: new HerculesError('PAYLOAD_TOO_LARGE', `The body may have at most ${maxContentLength} bytes`),
    throttled: new HerculesError('THROTTLED', 'Too many bytes are under way; try again later'),
    overCapacity: new HerculesError('THROTTLED', `The request is larger than the gateway's capacity of ${capacity} bytes`),
  };
}
