import { HerculesError } from '@hercules/protocol/writing';
import type { HerculesClientOptions } from '../options.ts';
import { GrpcTransport } from './grpc-transport.ts';
import { HttpTransport } from './http-transport.ts';
import type { Transport } from './transport.ts';

/** @throws HerculesError BAD_CONFIG */
export function createTransport(endpoint: string, { apiKey, tls }: HerculesClientOptions, maxConnections: number): Transport {
  switch (URL.canParse(endpoint) ? new URL(endpoint).protocol : '') {
    case 'http:':
    case 'https:':
      return new HttpTransport(endpoint, apiKey, tls, maxConnections);
    case 'grpc:':
    case 'grpcs:':
      return new GrpcTransport(endpoint, apiKey, tls);
    default:
      throw new HerculesError(
        'BAD_CONFIG',
        `Expected an endpoint such as http://gateway:6306 or grpc://gateway:4317, got ${JSON.stringify(endpoint)}`,
      );
  }
}
