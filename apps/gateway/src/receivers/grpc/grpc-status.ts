import type { HerculesError } from '@hercules/protocol';

/** google.rpc.Code of the answers that come from the gRPC layer itself. */
export const GrpcCode = { OK: 0, UNIMPLEMENTED: 12, INTERNAL: 13, UNAVAILABLE: 14, RESOURCE_EXHAUSTED: 8 } as const;

const UNSAFE = /[^ -$&-~]/;
const PRINTABLE_MIN = 0x20;
const PRINTABLE_MAX = 0x7e;
const PERCENT = 0x25;

/** Percent-encodes a status message as the gRPC protocol over HTTP/2 wants it: everything but printable ASCII, and `%` itself. */
export function encodeGrpcMessage(message: string): string {
  if (!UNSAFE.test(message)) return message;
  let encoded = '';
  for (const byte of Buffer.from(message, 'utf8')) {
    encoded +=
      byte >= PRINTABLE_MIN && byte <= PRINTABLE_MAX && byte !== PERCENT
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** Whether an error tells the producer when to come back (grpc.md). */
export function hasRetryInfo(error: HerculesError): boolean {
  return error.retryable && (error.grpcCode === GrpcCode.RESOURCE_EXHAUSTED || error.grpcCode === GrpcCode.UNAVAILABLE);
}

const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo';

/** google.rpc.Status { code = 1; message = 2; details = 3 }. @param details an Any each, encoded */
export function rpcStatus(code: number, message: string, ...details: readonly Buffer[]): Buffer {
  return Buffer.concat([
    varintField(1, code),
    bytesField(2, Buffer.from(message, 'utf8')),
    ...details.map((detail) => bytesField(3, detail)),
  ]);
}

/**
 * The trailer `grpc-status-details-bin`: a google.rpc.Status whose only detail is an Any { type_url = 1, value = 2 } of google.rpc.RetryInfo
 * { retry_delay = 1: Duration { seconds = 1, nanos = 2 } }, in base64.
 */
export function statusDetails(code: number, message: string, retryAfterMs: number): string {
  const seconds = Math.floor(retryAfterMs / 1000);
  const nanos = (retryAfterMs % 1000) * 1_000_000;
  const duration = Buffer.concat([varintField(1, seconds), varintField(2, nanos)]);
  const any = Buffer.concat([bytesField(1, Buffer.from(RETRY_INFO_TYPE)), bytesField(2, bytesField(1, duration))]);
  return rpcStatus(code, message, any).toString('base64');
}

function varintField(number: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.from([number * 8, ...varint(value)]);
}

function bytesField(number: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, ...varint(value.length)]), value]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}
