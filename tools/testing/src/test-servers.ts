import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, startElasticsearch, startKafka } from '@hercules/stack';
import { temporaryFolder } from './temporary-folder.ts';

/** Names the environment variables that tell tests where the real servers are. */
export const TEST_KAFKA = 'HERCULES_TEST_KAFKA';
export const TEST_ELASTICSEARCH = 'HERCULES_TEST_ELASTICSEARCH';

export interface TestServers {
  /** host:port list of Kafka. */
  readonly kafka: string;
  /** Base URL of Elasticsearch. */
  readonly elasticsearch: string;
  stop(): Promise<void>;
}

/** Where the servers are that the tests use. @throws Error when nobody started any */
export function testServers(): Omit<TestServers, 'stop'> {
  const kafka = process.env[TEST_KAFKA];
  const elasticsearch = process.env[TEST_ELASTICSEARCH];
  if (!kafka || !elasticsearch)
    throw new Error(`${TEST_KAFKA} and ${TEST_ELASTICSEARCH} are not set: run the tests with jest.e2e.config.cjs`);
  return { kafka, elasticsearch };
}

/** Starts one Kafka broker and one Elasticsearch node on free ports with empty data, and sets the variables. `stop()` takes all of it away again. */
export async function startTestServers(onProgress: (text: string) => void = () => {}, signal?: AbortSignal): Promise<TestServers> {
  const folder = temporaryFolder('servers');
  // Elasticsearch takes two ports in a row and Kafka does so too.
  const [kafkaPort, elasticsearchPort] = await pairsOfFreePorts();
  const abort = signal ? { signal } : {};
  const started = await Promise.allSettled([
    startKafka({ ...abort, port: kafkaPort, dataDir: join(folder, 'kafka'), onProgress: (text) => onProgress(`Kafka: ${text}`) }),
    startElasticsearch({
      ...abort,
      port: elasticsearchPort,
      dataDir: join(folder, 'elasticsearch'),
      onProgress: (text) => onProgress(`Elasticsearch: ${text}`),
    }),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(async (server) => void (server.status === 'fulfilled' && (await server.value.stop()))));
    rmSync(folder, { recursive: true, force: true });
  };
  const [kafka, elasticsearch] = started;
  if (kafka.status === 'rejected' || elasticsearch.status === 'rejected') {
    await stop();
    throw (kafka.status === 'rejected' ? kafka : (elasticsearch as PromiseRejectedResult)).reason;
  }
  process.env[TEST_KAFKA] = kafka.value.bootstrap;
  process.env[TEST_ELASTICSEARCH] = elasticsearch.value.url;
  return { kafka: kafka.value.bootstrap, elasticsearch: elasticsearch.value.url, stop };
}

async function pairsOfFreePorts(): Promise<[number, number]> {
  for (;;) {
    const ports = (await freePorts(6)).sort((a, b) => a - b);
    const pairs = ports.filter((port, i) => ports[i + 1] === port + 1);
    const [first] = pairs;
    const second = pairs.find((port) => port > first! + 1);
    if (first !== undefined && second !== undefined) return [first, second];
  }
}
