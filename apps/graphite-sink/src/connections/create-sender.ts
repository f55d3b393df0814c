import type { GraphiteSinkConfig } from '../config.ts';
import { Endpoint } from './endpoint.ts';
import { GraphiteSender } from './graphite-sender.ts';

const DEFAULT_PORTS = { plaintext: 2003, pickle: 2004 };

export function createSender(config: GraphiteSinkConfig['graphite']): GraphiteSender {
  const endpointsOf = ({ endpoints, ...options }: GraphiteSinkConfig['graphite']['local']): Endpoint[] =>
    endpoints.map((endpoint) => {
      const [host, port] = endpoint.split(':') as [string, string | undefined];
      return new Endpoint(host, port === undefined ? DEFAULT_PORTS[config.protocol] : Number(port), options);
    });
  return new GraphiteSender(endpointsOf(config.local), endpointsOf(config.remote), config);
}
