import { Client } from '@elastic/elasticsearch';
import { type ElasticsearchServer, freePorts, type KafkaServers, startElasticsearch, startKafkaCluster } from '@hercules/stack';
import { spawnApp, type SpawnedApp, temporaryFolder, waitFor } from '@hercules/testing';
import { join } from 'node:path';

const MASTER_KEY = 'integrity_master_0123456789abcdef0123456789abcdef';
export const API_KEY = 'integrity_0123456789abcdef0123456789abcdef';
export const STREAM = 'logs_integrity';

const GATEWAY = 'apps/gateway/src/main.ts';
const ELASTIC_SINK = 'apps/elastic-sink/src/main.ts';
const MANAGEMENT_API = 'apps/management-api/src/main.ts';

/** Everything from the gateway to Elasticsearch as real processes on this machine: three Kafka brokers, one Elasticsearch, the three apps. */
export class System {
  readonly kafka: KafkaServers;
  readonly elasticsearch: ElasticsearchServer;
  readonly client: Client;
  readonly #ports: { gateway: number; grpc: number };
  gateway!: SpawnedApp;
  sink!: SpawnedApp;
  managementApi!: SpawnedApp;

  private constructor(kafka: KafkaServers, elasticsearch: ElasticsearchServer, ports: { gateway: number; grpc: number }) {
    this.kafka = kafka;
    this.elasticsearch = elasticsearch;
    this.client = new Client({ node: elasticsearch.url, maxRetries: 0, requestTimeout: 30_000 });
    this.#ports = ports;
  }

  static async start(): Promise<System> {
    const dataDir = temporaryFolder('integrity');
    const [basePort, elasticsearchPort, transportPort, gateway, grpc] = await freePortsFor();
    const [kafka, elasticsearch] = await Promise.all([
      startKafkaCluster({ brokers: 3, basePort, dataDir: join(dataDir, 'kafka') }),
      startElasticsearch({ port: elasticsearchPort, transportPort, dataDir: join(dataDir, 'elasticsearch') }),
    ]);
    const system = new System(kafka, elasticsearch, { gateway, grpc });
    await system.#startApps();
    return system;
  }

  /** Base URL of the gateway's HTTP port; it stays the same when the gateway is started again. */
  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.#ports.gateway}`;
  }

  get grpcAddress(): string {
    return `127.0.0.1:${this.#ports.grpc}`;
  }

  async startGateway(): Promise<void> {
    this.gateway = await spawnApp(
      GATEWAY,
      { ...this.#kafkaEnv, HERCULES_HTTP_PORT: String(this.#ports.gateway), HERCULES_GRPC_PORT: String(this.#ports.grpc) },
      { args: ['--workers=2'], readyTimeoutMs: 60_000 },
    );
  }

  async startSink(): Promise<void> {
    this.sink = await spawnApp(
      ELASTIC_SINK,
      { ...this.#kafkaEnv, HERCULES_ELASTICSEARCH_NODES: this.elasticsearch.url, HERCULES_SINK_SESSION_TIMEOUT_MS: '6000' },
      { readyTimeoutMs: 60_000 },
    );
  }

  async #startApps(): Promise<void> {
    this.managementApi = await spawnApp(
      MANAGEMENT_API,
      { ...this.#kafkaEnv, HERCULES_MASTER_KEYS: MASTER_KEY, HERCULES_REPLICATION_FACTOR: '3', HERCULES_METADATA_REPLICATION_FACTOR: '3' },
      { readyTimeoutMs: 60_000 },
    );
    await this.#manage('/streams/create', JSON.stringify({ type: 'base', name: STREAM, partitions: 4, shardingKey: [], ttl: 86_400_000 }));
    await this.#manage(`/rules/set?key=${API_KEY}&pattern=${STREAM}&rights=rw-`);
    await Promise.all([this.startGateway(), this.startSink()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.gateway?.stop(), this.sink?.stop(), this.managementApi?.stop()]);
    await this.client.close();
    await Promise.all([this.kafka.stop(), this.elasticsearch.stop()]);
  }

  get #kafkaEnv(): Record<string, string> {
    return { HERCULES_KAFKA_BROKERS: this.kafka.bootstrap };
  }

  async #manage(path: string, body = ''): Promise<void> {
    const response = await fetch(`${this.managementApi.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Hercules masterApiKey ${MASTER_KEY}`, 'content-type': 'application/json' },
      body,
    });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}

/** Brokers take six ports in a row; the rest may be anywhere. */
async function freePortsFor(): Promise<[number, number, number, number, number]> {
  return waitFor(
    async () => {
      const ports = (await freePorts(12)).sort((a, b) => a - b);
      const at = ports.findIndex((port, i) => i + 5 < ports.length && ports[i + 5] === port + 5);
      if (at < 0) return undefined;
      const [elasticsearch, transport, gateway, grpc] = ports.filter((_, i) => i < at || i > at + 5);
      return [ports[at]!, elasticsearch!, transport!, gateway!, grpc!] as [number, number, number, number, number];
    },
    10_000,
    'six free ports in a row',
  );
}
