import { join } from 'node:path';
import { freePorts, type KafkaServers, startKafkaCluster } from '@hercules/stack';
import { spawnApp, type SpawnedApp, temporaryFolder, waitFor } from '@hercules/testing';
import type { LoadTarget } from './http-poster.ts';

const MASTER_KEY = 'integrity_master_0123456789abcdef0123456789abcdef';
const MASTER_HEADERS = { authorization: `Hercules masterApiKey ${MASTER_KEY}`, 'content-type': 'application/json' };
const API_KEY = 'integrity_0123456789abcdef0123456789abcdef';

const GATEWAY = 'apps/gateway/src/main.ts';
const MANAGEMENT_API = 'apps/management-api/src/main.ts';

export interface PlatformOptions {
  /** Kafka brokers; with 3 the replication factor is 3 and min.insync.replicas 2. */
  readonly brokers: 1 | 3;
  readonly gatewayWorkers: number;
  /** Streams that are created, and that the load may write. */
  readonly streams: readonly string[];
  /** Sharding keys of those streams that have one. */
  readonly shardingKeys?: Readonly<Record<string, readonly string[]>>;
}

/** What every delivery needs, as real processes on this machine: Kafka, the management API and the gateway. */
export class Platform {
  readonly kafka: KafkaServers;
  /** Data of everything that is started for this platform. */
  readonly dataDir: string;
  readonly #options: PlatformOptions;
  readonly #gatewayPort: number;
  readonly #grpcPort: number;
  gateway!: SpawnedApp;
  managementApi!: SpawnedApp;

  private constructor(kafka: KafkaServers, dataDir: string, options: PlatformOptions, [gatewayPort, grpcPort]: [number, number]) {
    this.kafka = kafka;
    this.dataDir = dataDir;
    this.#options = options;
    this.#gatewayPort = gatewayPort;
    this.#grpcPort = grpcPort;
  }

  static async start(options: PlatformOptions): Promise<Platform> {
    const dataDir = temporaryFolder('integrity');
    const { brokers } = options;
    const basePort = await portsInARow(2 * brokers);
    const kafka = await startKafkaCluster({ brokers, basePort, dataDir: join(dataDir, 'kafka') });
    const platform = new Platform(kafka, dataDir, options, (await freePorts(2)) as [number, number]);
    await platform.#startApps();
    return platform;
  }

  /** Base URL of the gateway's HTTP port; it stays the same when the gateway is started again. */
  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.#gatewayPort}`;
  }

  /** Where a load sends the events of a stream. */
  target(stream: string): LoadTarget {
    return { gatewayUrl: this.gatewayUrl, apiKey: API_KEY, stream };
  }

  /** Environment of an app that uses this Kafka. */
  get kafkaEnv(): Record<string, string> {
    return { HERCULES_KAFKA_BROKERS: this.kafka.bootstrap };
  }

  async startGateway(): Promise<void> {
    this.gateway = await spawnApp(
      GATEWAY,
      { ...this.kafkaEnv, HERCULES_HTTP_PORT: String(this.#gatewayPort), HERCULES_GRPC_PORT: String(this.#grpcPort) },
      { args: [`--workers=${this.#options.gatewayWorkers}`], readyTimeoutMs: 60_000 },
    );
  }

  /** Starts a sink with a short session time-out, so that a killed one is replaced soon. */
  startSink(entry: string, env: Readonly<Record<string, string>>): Promise<SpawnedApp> {
    return spawnApp(entry, { ...this.kafkaEnv, HERCULES_SINK_SESSION_TIMEOUT_MS: '6000', ...env }, { readyTimeoutMs: 60_000 });
  }

  /** @param definition of the stream, as the management API takes it; partitions and ttl need not be said */
  async createStream(definition: { readonly name: string } & Readonly<Record<string, unknown>>): Promise<void> {
    await this.manage('/streams/create', { partitions: 4, ttl: 86_400_000, ...definition });
  }

  /** POST to the management API. @returns its answer @throws Error with the answer when it refuses */
  async manage(path: string, document?: object): Promise<string> {
    const response = await fetch(`${this.managementApi.url}${path}`, {
      method: 'POST',
      headers: MASTER_HEADERS,
      body: document === undefined ? '' : JSON.stringify(document),
    });
    return expectOk(path, response);
  }

  /** GET from the management API. @returns its answer @throws Error with the answer when it refuses */
  async ask(path: string): Promise<string> {
    return expectOk(path, await fetch(`${this.managementApi.url}${path}`, { headers: MASTER_HEADERS }));
  }

  async stop(): Promise<void> {
    await Promise.all([this.gateway?.stop(), this.managementApi?.stop()]);
    await this.kafka.stop();
  }

  async #startApps(): Promise<void> {
    const replication = String(this.#options.brokers);
    this.managementApi = await spawnApp(
      MANAGEMENT_API,
      {
        ...this.kafkaEnv,
        HERCULES_MASTER_KEYS: MASTER_KEY,
        HERCULES_REPLICATION_FACTOR: replication,
        HERCULES_METADATA_REPLICATION_FACTOR: replication,
      },
      { readyTimeoutMs: 60_000 },
    );
    for (const name of this.#options.streams) {
      await this.createStream({ type: 'base', name, shardingKey: this.#options.shardingKeys?.[name] ?? [] });
      await this.manage(`/rules/set?key=${API_KEY}&pattern=${name}&rights=rw-`);
    }
    await this.startGateway();
  }
}

async function expectOk(path: string, response: Response): Promise<string> {
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
  return text;
}

/** The first of so many free ports in a row: brokers take two each. */
async function portsInARow(count: number): Promise<number> {
  return waitFor(
    async () => {
      const ports = (await freePorts(count + 8)).sort((a, b) => a - b);
      return ports.find((port, i) => ports[i + count - 1] === port + count - 1);
    },
    10_000,
    `${count} free ports in a row`,
  );
}
