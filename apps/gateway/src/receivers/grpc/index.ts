import type { SecureContextOptions } from 'node:tls';
import type { GatewayConfig } from '../../config.ts';
import type { MethodCounters } from '../../intake-counters.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import { createGrpcRefusals } from './grpc-context.ts';
import { GrpcReceiver } from './grpc-receiver.ts';
import type { MessageHandler } from './handled-method.ts';
import { SendRequestReader } from './send-request.ts';
import { SendResponses } from './send-responses.ts';
import { TypedEventEncoder } from './typed-event-encoder.ts';

/** The gRPC receiver from the settings; `counters` are of its own two methods, `doors` are others by path, `protoFile` is the path of gateway.proto. */
export function createGrpcReceiver(
  parts: ReceiverParts,
  { doors: { anonymousApiKey }, grpc, http, validation }: GatewayConfig,
  counters: { send: MethodCounters; sendStream: MethodCounters },
  doors: ReadonlyMap<string, MessageHandler>,
  tls: SecureContextOptions | undefined,
  protoFile: string,
): GrpcReceiver {
  const maxMessageBytes = http.maxContentLengthBytes;
  const context = {
    ...parts,
    requests: new SendRequestReader(),
    events: new TypedEventEncoder({ maxDepth: validation.maxDepth, maxBatchBytes: http.maxOriginalLengthBytes }),
    responses: new SendResponses(),
    maxMessageBytes,
    maxUnacknowledgedBytes: grpc.maxUnacknowledgedBytes,
    maxUnacknowledgedMessages: grpc.maxUnacknowledgedMessages,
    sendCounters: counters.send,
    streamCounters: counters.sendStream,
    refusals: createGrpcRefusals(maxMessageBytes, parts.admission.capacity),
  };
  return new GrpcReceiver(context, { ...grpc, tls, protoFile, anonymousKey: anonymousApiKey }, doors);
}
