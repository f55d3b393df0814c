import type { HerculesError } from '@hercules/protocol';
import { ProtoWriter } from './json/proto-writer.ts';
import { OTLP_SIGNALS, type OtlpSignal } from './otlp-signal.ts';
import type { RejectedItems } from './rejected-items.ts';

const NO_BYTES = Buffer.alloc(0);
const FIRST = 1;
const SECOND = 2;
const VARINT = 0;
const LENGTH = 2;

/**
 * The Export…ServiceResponse of all three signals: { partial_success = 1: { rejected_… = 1: int64, error_message = 2: string } }; empty when everything
 * was taken. Source: opentelemetry/proto/collector/…/v1/…_service.proto.
 */
export function exportResponse(rejected: RejectedItems): Buffer {
  if (rejected.count === 0) return NO_BYTES;
  const writer = new ProtoWriter(256);
  const start = writer.beginMessage(FIRST);
  writer.key(FIRST, VARINT);
  writer.varint(BigInt(rejected.count));
  writer.key(SECOND, LENGTH);
  writer.lengthAnd(Buffer.from(rejected.toString(), 'utf8'));
  writer.endMessage(start);
  return writer.bytes();
}

/** The same as OTLP/JSON; 64-bit numbers are texts there. */
export function exportResponseJson(rejected: RejectedItems, signal: OtlpSignal): string {
  if (rejected.count === 0) return '{}';
  const count = { [OTLP_SIGNALS[signal].rejected]: String(rejected.count) };
  return JSON.stringify({ partialSuccess: { ...count, errorMessage: rejected.toString() } });
}

/** google.rpc.Status as OTLP/JSON, the body of a refusal of a request in JSON. */
export function rpcStatusJson({ grpcCode, message }: HerculesError): string {
  return JSON.stringify({ code: grpcCode, message });
}
