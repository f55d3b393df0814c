import { measureLoad, type LoadMeasurement } from './load/measure-load.ts';
import type { PayloadName } from './payloads/payload-kinds.ts';

export interface GatewayGrpcBenchOptions {
  /** For example `http://127.0.0.1:4317`. */
  readonly url: string;
  readonly apiKey: string;
  readonly stream: string;
  readonly mode: 'unary' | 'stream';
  /** What is sent, by which method; left out: `Send` or `SendStream` of hercules.v1 with binary batches. */
  readonly payload?: { readonly name: PayloadName; readonly method: string };
  readonly eventsPerRequest: number;
  readonly connections: number;
  /** Calls at once on a connection (unary), or unacknowledged messages on its one call (stream). */
  readonly inFlight: number;
  readonly seconds: number;
  /** The gateway's processes. */
  readonly pids: readonly number[];
}

/** Measures a method of the gateway over gRPC from a process of its own. */
export function benchGatewayGrpc(options: GatewayGrpcBenchOptions): Promise<LoadMeasurement> {
  const { url, apiKey, stream, mode, connections, inFlight, payload } = options;
  const method = payload?.method ?? `/hercules.v1.Gateway/${mode === 'unary' ? 'Send' : 'SendStream'}`;
  return measureLoad('./load/grpc-load.ts', { url, apiKey, stream, mode, connections, inFlight, method, payload: payload?.name }, options);
}
