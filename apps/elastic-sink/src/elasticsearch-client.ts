import { readFileSync } from 'node:fs';
import { Client, type ClientOptions } from '@elastic/elasticsearch';
import { HerculesError } from '@hercules/protocol';
import type { ElasticSinkConfig } from './config.ts';

/** The client without retries of its own: the sink loop repeats, so that a repetition is counted and can be stopped. */
export function createElasticsearchClient(config: ElasticSinkConfig['elasticsearch']): Client {
  const options: ClientOptions = {
    nodes: config.nodes,
    maxRetries: 0,
    requestTimeout: config.requestTimeoutMs,
    compression: config.compression,
  };
  if (config.apiKey !== undefined) options.auth = { apiKey: config.apiKey };
  else if (config.username !== undefined) options.auth = { username: config.username, password: config.password ?? '' };
  if (config.caFile !== undefined) options.tls = { ca: readCertificate(config.caFile) };
  return new Client(options);
}

function readCertificate(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new HerculesError('BAD_CONFIG', `elasticsearch.caFile ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
