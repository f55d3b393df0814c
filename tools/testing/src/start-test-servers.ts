import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, startCassandra, startElasticsearch, startGraphite, startKafka } from '@hercules/stack';
import { temporaryFolder } from './temporary-folder.ts';
import {
  TEST_CASSANDRA,
  TEST_ELASTICSEARCH,
  TEST_GRAPHITE,
  TEST_KAFKA,
  TEST_VARIABLES,
  type TestServers,
  testServers,
} from './test-servers.ts';

type TestVariable = (typeof TEST_VARIABLES)[number];

export interface StartedTestServers extends TestServers {
  /** The variables by which tests find them. */
  readonly variables: Readonly<Record<TestVariable, string>>;
  /** Ends those that were started, and takes their data away. */
  stop(): Promise<void>;
}

interface StartContext {
  readonly folder: string;
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal;
}

interface StartedServer {
  /** What its variable holds. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Starts one Kafka broker, one Elasticsearch node, one Cassandra node and one Graphite on free ports with empty data, all at once, and sets the variables.
 * Those whose variable is set already are not started.
 */
export async function startTestServers(onProgress: (text: string) => void = () => {}, signal?: AbortSignal): Promise<StartedTestServers> {
  const folder = temporaryFolder('servers');
  const context: StartContext = { folder, onProgress, ...(signal ? { signal } : {}) };
  const wanted = TEST_VARIABLES.filter((name) => !process.env[name]);
  const [kafka, elasticsearch, ...others] = await freePortsWithPairs(6);
  const starts: Record<TestVariable, () => Promise<StartedServer>> = {
    [TEST_KAFKA]: () => testKafka(context, kafka!),
    [TEST_ELASTICSEARCH]: () => testElasticsearch(context, elasticsearch!),
    [TEST_CASSANDRA]: () => testCassandra(context, others.slice(0, 2)),
    [TEST_GRAPHITE]: () => testGraphite(context, others.slice(2)),
  };
  const results = await Promise.allSettled(wanted.map((name) => starts[name]()));
  const stop = async (): Promise<void> => {
    await Promise.all(results.map(async (result) => void (result.status === 'fulfilled' && (await result.value.stop()))));
    rmSync(folder, { recursive: true, force: true });
  };
  for (const [i, result] of results.entries()) {
    if (result.status === 'fulfilled') {
      process.env[wanted[i]!] = result.value.address;
      continue;
    }
    await stop();
    throw result.reason;
  }
  const variables = Object.fromEntries(TEST_VARIABLES.map((name) => [name, process.env[name]!])) as Record<TestVariable, string>;
  return { ...testServers(), variables, stop };
}

async function testKafka({ folder, onProgress, ...signal }: StartContext, port: number): Promise<StartedServer> {
  const say = (text: string): void => onProgress(`Kafka: ${text}`);
  const server = await startKafka({ ...signal, port, dataDir: join(folder, 'kafka'), onProgress: say });
  return { address: server.bootstrap, stop: () => server.stop() };
}

async function testElasticsearch({ folder, onProgress, ...signal }: StartContext, port: number): Promise<StartedServer> {
  const say = (text: string): void => onProgress(`Elasticsearch: ${text}`);
  const server = await startElasticsearch({ ...signal, port, dataDir: join(folder, 'elasticsearch'), onProgress: say });
  return { address: server.url, stop: () => server.stop() };
}

async function testCassandra({ folder, onProgress, ...signal }: StartContext, ports: readonly number[]): Promise<StartedServer> {
  const say = (text: string): void => onProgress(`Cassandra: ${text}`);
  const [port, storagePort] = ports as [number, number];
  const server = await startCassandra({ ...signal, port, storagePort, dataDir: join(folder, 'cassandra'), onProgress: say });
  return { address: server.contactPoint, stop: () => server.stop() };
}

async function testGraphite({ folder, onProgress, ...signal }: StartContext, ports: readonly number[]): Promise<StartedServer> {
  const say = (text: string): void => onProgress(`Graphite: ${text}`);
  const [plaintextPort, picklePort, queryPort, webPort] = ports as [number, number, number, number];
  const graphitePorts = { plaintextPort, picklePort, queryPort, webPort };
  const server = await startGraphite({ ...signal, ...graphitePorts, dataDir: join(folder, 'graphite'), onProgress: say });
  return { address: [server.plaintext, server.pickle, server.render].join(), stop: () => server.stop() };
}

/** Two ports whose next ports are free as well, because Kafka and Elasticsearch take two in a row each, and `count` further ports. */
async function freePortsWithPairs(count: number): Promise<number[]> {
  for (;;) {
    const ports = (await freePorts(count + 8)).sort((a, b) => a - b);
    const pairs = ports.filter((port, i) => ports[i + 1] === port + 1);
    const first = pairs[0];
    const second = pairs.find((port) => port > first! + 1);
    if (first === undefined || second === undefined) continue;
    const taken = new Set([first, first + 1, second, second + 1]);
    return [first, second, ...ports.filter((port) => !taken.has(port)).slice(0, count)];
  }
}
