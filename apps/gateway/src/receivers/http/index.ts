import type { SecureContextOptions } from 'node:tls';
import type { GatewayConfig } from '../../config.ts';
import type { MethodCounters } from '../../intake-counters.ts';
import type { DoorContext } from '../door/door-context.ts';
import type { HttpDoor } from '../door/http-door.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import { createRefusals } from '../refusals.ts';
import { HttpReceiver, type HttpReceiverOptions, type ServiceEndpoints } from './http-receiver.ts';

/** The HTTP receiver from the settings, with the doors over HTTP; `counters` are of its own two methods. */
export function createHttpReceiver(
  parts: ReceiverParts,
  config: GatewayConfig,
  counters: { send: MethodCounters; sendAsync: MethodCounters },
  doors: readonly HttpDoor[],
  tls: SecureContextOptions | undefined,
  endpoints: ServiceEndpoints,
): HttpReceiver {
  const { http } = config;
  const send = {
    ...parts,
    maxContentLength: http.maxContentLengthBytes,
    originalLengthLimit: http.maxOriginalLengthBytes,
    sendCounters: counters.send,
    sendAsyncCounters: counters.sendAsync,
    refusals: createRefusals(http.maxContentLengthBytes, parts.admission.capacity),
  };
  return new HttpReceiver({ send, door: doorContext(parts, config), doors }, { ...http, tls }, endpoints);
}

/** A receiver of doors only, on an address of its own, e.g. OTLP's usual port. */
export function createDoorReceiver(
  parts: ReceiverParts,
  config: GatewayConfig,
  doors: readonly HttpDoor[],
  address: Pick<HttpReceiverOptions, 'host' | 'port' | 'tls'>,
  endpoints: ServiceEndpoints,
): HttpReceiver {
  return new HttpReceiver({ send: undefined, door: doorContext(parts, config), doors }, { ...config.http, ...address }, endpoints);
}

function doorContext(parts: ReceiverParts, { doors, http }: GatewayConfig): DoorContext {
  return {
    ...parts,
    maxContentLength: http.maxContentLengthBytes,
    maxUnpackedBytes: doors.maxUnpackedBytes,
    anonymousKey: doors.anonymousApiKey,
    refusals: createRefusals(http.maxContentLengthBytes, parts.admission.capacity),
  };
}
