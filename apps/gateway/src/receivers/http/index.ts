import type { SecureContextOptions } from 'node:tls';
import type { GatewayConfig } from '../../config.ts';
import type { MethodCounters } from '../../intake-counters.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import { HttpReceiver, type ServiceEndpoints } from './http-receiver.ts';
import { createRefusals } from './send-context.ts';

/** The HTTP receiver from the settings; `counters` are of its two methods. */
export function createHttpReceiver(
  parts: ReceiverParts,
  { http }: GatewayConfig,
  counters: { send: MethodCounters; sendAsync: MethodCounters },
  tls: SecureContextOptions | undefined,
  endpoints: ServiceEndpoints,
): HttpReceiver {
  const context = {
    ...parts,
    maxContentLength: http.maxContentLengthBytes,
    originalLengthLimit: http.maxOriginalLengthBytes,
    sendCounters: counters.send,
    sendAsyncCounters: counters.sendAsync,
    refusals: createRefusals(http.maxContentLengthBytes),
  };
  return new HttpReceiver(context, { ...http, tls }, endpoints);
}
