import { measureLoad, type LoadMeasurement } from './load/measure-load.ts';
import type { PayloadName } from './payloads/payload-kinds.ts';

export interface GatewayHttpBenchOptions {
  /** For example `http://127.0.0.1:6306`. */
  readonly url: string;
  readonly apiKey: string;
  readonly stream: string;
  readonly eventsPerRequest: number;
  readonly connections: number;
  readonly seconds: number;
  /** The gateway's processes. */
  readonly pids: readonly number[];
  readonly method?: 'send' | 'sendAsync';
  /** A body of another protocol, which goes to that protocol's path. */
  readonly payload?: PayloadName;
  /** Over all connections; left out: as fast as the answers come. */
  readonly requestsPerSecond?: number;
}

/** Measures `POST /stream/send`, or another path: requests one after another on each of the connections, from a process of its own. */
export function benchGatewayHttp({ url, stream, method = 'send', payload, ...options }: GatewayHttpBenchOptions): Promise<LoadMeasurement> {
  const { hostname, port } = new URL(url);
  const { apiKey, connections, requestsPerSecond } = options;
  const path = payload === undefined ? `/stream/${method}?stream=${stream}` : undefined;
  const load = { host: hostname, port: Number(port), path, payload, apiKey, connections, requestsPerSecond };
  return measureLoad('./load/http-load.ts', load, options);
}
