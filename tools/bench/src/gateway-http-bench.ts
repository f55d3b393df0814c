import { measureLoad, type LoadMeasurement } from './load/measure-load.ts';

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
  /** Over all connections; left out: as fast as the answers come. */
  readonly requestsPerSecond?: number;
}

/** Measures `POST /stream/send`: requests one after another on each of the connections, from a process of its own. */
export function benchGatewayHttp({ url, stream, method = 'send', ...options }: GatewayHttpBenchOptions): Promise<LoadMeasurement> {
  const { hostname, port } = new URL(url);
  const { apiKey, connections, requestsPerSecond } = options;
  const load = { host: hostname, port: Number(port), path: `/stream/${method}?stream=${stream}`, apiKey, connections, requestsPerSecond };
  return measureLoad('./load/http-load.ts', load, options);
}
