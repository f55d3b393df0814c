import { createRequire } from 'node:module';
import type * as Grpc from '@grpc/grpc-js';
import { type ErrorCode, HerculesError } from '@hercules/protocol/writing';
import type { HerculesClientOptions } from '../options.ts';
import { retryDelayMs } from './retry-info.ts';
import type { SendOutcome, Transport } from './transport.ts';

const METHOD = '/hercules.v1.Gateway/Send';
/** Keys of SendRequest { stream = 1, batch = 2 }. */
const STREAM = 0x0a;
const BATCH = 0x12;

/** google.rpc.Code of what cannot be mended by sending again. */
const REFUSALS: Readonly<Record<number, ErrorCode>> = {
  3: 'INVALID_ARGUMENT',
  5: 'STREAM_NOT_FOUND',
  7: 'PERMISSION_DENIED',
  9: 'DERIVED_STREAM',
  11: 'PAYLOAD_TOO_LARGE',
  12: 'INVALID_ARGUMENT',
  16: 'UNAUTHENTICATED',
};
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;
/** What gateways and gRPC's own libraries say of a message that is too large; it has the code of one that comes too soon. */
const TOO_LARGE = /larger than|exceeds maximum size|at most \d+ bytes/i;

/** `hercules.v1.Gateway/Send` by @grpc/grpc-js, which is loaded when the first such endpoint is named. The message is put together here. */
export class GrpcTransport implements Transport {
  readonly endpoint: string;
  readonly #client: Grpc.Client;
  readonly #metadata: Grpc.Metadata;

  /** @throws HerculesError BAD_CONFIG when @grpc/grpc-js is not installed */
  constructor(endpoint: string, apiKey: string, tls: HerculesClientOptions['tls']) {
    this.endpoint = endpoint;
    const grpc = loadGrpc();
    const { protocol, host } = new URL(endpoint);
    const pem = (value: unknown): Buffer | null => (value === undefined ? null : Buffer.from(value as string));
    const channel =
      protocol === 'grpcs:' ? grpc.credentials.createSsl(pem(tls?.ca), pem(tls?.key), pem(tls?.cert)) : grpc.credentials.createInsecure();
    this.#client = new grpc.Client(host, channel, { 'grpc.max_send_message_length': -1 });
    this.#metadata = new grpc.Metadata();
    this.#metadata.set('authorization', `Hercules apiKey ${apiKey}`);
  }

  send(stream: string, batch: Buffer, timeoutMs: number, signal: AbortSignal): Promise<SendOutcome> {
    return new Promise((resolve) => {
      const call = this.#client.makeUnaryRequest(
        METHOD,
        (bytes: Buffer) => bytes,
        () => undefined,
        sendRequest(stream, batch),
        this.#metadata,
        { deadline: Date.now() + timeoutMs },
        (error) => {
          signal.removeEventListener('abort', cancel);
          resolve(error === null ? { kind: 'acknowledged' } : outcomeOf(this.endpoint, error));
        },
      );
      const cancel = (): void => call.cancel();
      signal.addEventListener('abort', cancel);
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** What became of a call that has failed. @param endpoint to name in errors */
export function outcomeOf(
  endpoint: string,
  { code, details, metadata }: Pick<Grpc.ServiceError, 'code' | 'details' | 'metadata'>,
): SendOutcome {
  const shown = `${endpoint} answered with code ${code}: ${details}`;
  const [status] = metadata?.get('grpc-status-details-bin') ?? [];
  const retryAfterMs = Buffer.isBuffer(status) ? retryDelayMs(status) : undefined;
  if (code === RESOURCE_EXHAUSTED && retryAfterMs === undefined && TOO_LARGE.test(details)) {
    return { kind: 'refused', error: new HerculesError('PAYLOAD_TOO_LARGE', shown, { details: { reason: details } }) };
  }
  // A gateway that is away is UNAVAILABLE too; one that is there says when to come back.
  if (code === RESOURCE_EXHAUSTED || (code === UNAVAILABLE && retryAfterMs !== undefined)) {
    return { kind: 'busy', error: new HerculesError('THROTTLED', shown), retryAfterMs };
  }
  const refusal = REFUSALS[code];
  if (refusal === undefined) return { kind: 'failed', error: new HerculesError('BACKEND_UNAVAILABLE', shown) };
  return { kind: 'refused', error: new HerculesError(refusal, shown, { details: { reason: details } }) };
}

function sendRequest(stream: string, batch: Buffer): Buffer {
  const name = Buffer.from(stream, 'utf8');
  return Buffer.concat([Buffer.from([STREAM]), varint(name.length), name, Buffer.from([BATCH]), varint(batch.length), batch]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function loadGrpc(): typeof Grpc {
  try {
    return createRequire(import.meta.url)('@grpc/grpc-js') as typeof Grpc;
  } catch (cause) {
    throw new HerculesError('BAD_CONFIG', 'Endpoints with grpc:// need the package @grpc/grpc-js', { cause });
  }
}
