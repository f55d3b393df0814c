import { measureLoad, type LoadMeasurement } from './load/measure-load.ts';

export interface GatewayGrpcBenchOptions {
  /** For example `http://127.0.0.1:4317`. */
  readonly url: string;
  readonly apiKey: string;
  readonly stream: string;
  readonly mode: 'unary' | 'stream';
  readonly eventsPerRequest: number;
  readonly connections: number;
  /** Calls at once on a connection (unary), or unacknowledged messages on its one call (stream). */
  readonly inFlight: number;
  readonly seconds: number;
  /** The gateway's processes. */
  readonly pids: readonly number[];
}

/** Measures `Send` or `SendStream` of hercules.v1.Gateway from a process of its own. */
export function benchGatewayGrpc(options: GatewayGrpcBenchOptions): Promise<LoadMeasurement> {
  const { url, apiKey, stream, mode, connections, inFlight } = options;
  return measureLoad('./load/grpc-load.ts', { url, apiKey, stream, mode, connections, inFlight }, options);
}
