import { HerculesError } from '@hercules/protocol';
import type { MethodCounters } from '../../intake-counters.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import type { SendResponses } from './send-responses.ts';
import type { SendRequestReader } from './send-request.ts';
import type { TypedEventEncoder } from './typed-event-encoder.ts';

/** What every call of the gRPC receiver shares. */
export interface GrpcContext extends ReceiverParts {
  readonly requests: SendRequestReader;
  readonly events: TypedEventEncoder;
  /** Where answers of Send are written. */
  readonly responses: SendResponses;
  /** Longest message, also after decompression, in bytes. */
  readonly maxMessageBytes: number;
  /** Bounds of what one SendStream call may have unacknowledged. */
  readonly maxUnacknowledgedBytes: number;
  readonly maxUnacknowledgedMessages: number;
  readonly sendCounters: MethodCounters;
  readonly streamCounters: MethodCounters;
  readonly refusals: GrpcRefusals;
}

/** Refusals that always read the same. */
export interface GrpcRefusals {
  readonly stopping: HerculesError;
  readonly unknownKey: HerculesError;
  readonly tooLarge: HerculesError;
  readonly throttled: HerculesError;
  readonly overCapacity: HerculesError;
  readonly noStream: HerculesError;
  readonly noPayload: HerculesError;
}

export function createGrpcRefusals(maxMessageBytes: number, capacity: number): GrpcRefusals {
  return {
    stopping: new HerculesError('SHUTTING_DOWN', 'The gateway is shutting down'),
    unknownKey: new HerculesError('UNAUTHENTICATED', 'The API key is absent or unknown'),
    tooLarge: new HerculesError('PAYLOAD_TOO_LARGE', `A message may have at most ${maxMessageBytes} bytes`),
    throttled: new HerculesError('THROTTLED', 'Too many bytes are under way; try again later'),
    overCapacity: new HerculesError('THROTTLED', `The message is larger than the gateway's capacity of ${capacity} bytes`),
    noStream: new HerculesError('INVALID_ARGUMENT', "The field 'stream' is missing"),
    noPayload: new HerculesError('INVALID_ARGUMENT', "The request has neither 'batch' nor 'events'"),
  };
}
