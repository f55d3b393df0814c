import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BatchingProducer, kafkaConfigSchema, KafkaAdmin, KafkaCluster } from '@hercules/kafka';
import { apiKeyIdentity, metadataTopicConfigs, ruleKey, streamKey } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MAIN = fileURLToPath(new URL('../../../apps/gateway/src/main.ts', import.meta.url));
/** As the gateway's README says to start it. */
const NODE_ARGS = ['--max-semi-space-size=4'];
/** The stream must not fill the disk: a minute of events is enough. */
const TTL_MS = 60_000;
const LISTENING = 'listening for ';

export interface GatewayUnderTestOptions {
  readonly brokers: readonly string[];
  readonly partitions: number;
  /** Arguments for node itself, e.g. `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  /** Settings of the gateway, given the name of its stream and the key that may write to it. */
  readonly settings?: (stream: string, apiKey: string) => Readonly<Record<string, string | number>>;
}

/** A gateway in a process of its own with one stream and one key, written to a metadata topic that only it reads. */
export class GatewayUnderTest {
  readonly stream: string;
  readonly apiKey: string;
  readonly #metadataTopic: string;
  readonly #options: GatewayUnderTestOptions;
  readonly #cluster: KafkaCluster;
  #child: ChildProcess | undefined;
  /** By what listens there, as the log has it. */
  readonly #ports = new Map<string, number>();

  private constructor(options: GatewayUnderTestOptions) {
    const suffix = randomBytes(4).toString('hex');
    this.stream = `bench_${suffix}`;
    this.apiKey = `bench_${randomBytes(16).toString('hex')}`;
    this.#metadataTopic = `bench_meta_${suffix}`;
    this.#options = options;
    this.#cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: options.brokers }), SILENT);
  }

  static async start(options: GatewayUnderTestOptions): Promise<GatewayUnderTest> {
    const gateway = new GatewayUnderTest(options);
    await gateway.#createStream();
    await gateway.#spawn();
    return gateway;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.portOf('HTTP')}`;
  }

  get grpcUrl(): string {
    return `http://127.0.0.1:${this.portOf('gRPC')}`;
  }

  /** Port of a listener, by its name in the log. */
  portOf(listener: string): number {
    return this.#ports.get(listener)!;
  }

  /** Records that were ever written to the stream. */
  async countRecords(): Promise<number> {
    return (await new KafkaAdmin(this.#cluster).endOffsets(this.stream)).reduce((sum, end) => sum + end, 0);
  }

  async stop(): Promise<void> {
    const child = this.#child!;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    const admin = new KafkaAdmin(this.#cluster);
    await admin.deleteTopic(this.stream);
    await admin.deleteTopic(this.#metadataTopic);
    await this.#cluster.close();
  }

  async #createStream(): Promise<void> {
    const { partitions } = this.#options;
    await this.#cluster.connect();
    const admin = new KafkaAdmin(this.#cluster);
    const configs = { 'retention.ms': String(TTL_MS), 'segment.ms': String(TTL_MS) };
    await admin.createTopic({ topic: this.stream, partitions, replicationFactor: 1, configs });
    await admin.createTopic({ topic: this.#metadataTopic, partitions: 1, replicationFactor: 1, configs: metadataTopicConfigs(1) });
    const producer = new BatchingProducer(this.#cluster, {}, SILENT);
    await producer.start();
    const put = (key: string, value: object) => producer.sendOne(this.#metadataTopic, Buffer.from(key), Buffer.from(JSON.stringify(value)));
    await put(streamKey(this.stream), { type: 'base', name: this.stream, partitions, shardingKey: [], ttl: TTL_MS, description: null });
    const { digest, prefix } = apiKeyIdentity(this.apiKey);
    await put(ruleKey(digest, this.stream, 'write'), { prefix });
    await producer.close(5000);
  }

  /** Resolves when the gateway says that it runs. */
  async #spawn(): Promise<void> {
    const { brokers, nodeArgs = [], settings = () => ({}) } = this.#options;
    const all = {
      'kafka.brokers': brokers.join(','),
      'metadata.topic': this.#metadataTopic,
      'http.port': 0,
      'grpc.port': 0,
      ...settings(this.stream, this.apiKey),
    };
    const flags = Object.entries(all).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(process.execPath, [...NODE_ARGS, ...nodeArgs, MAIN, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.on('exit', (code) => reject(new Error(`The gateway ended with ${code}`)));
      createInterface(child.stdout).on('line', (line) => {
        const { msg, port } = JSON.parse(line) as { msg: string; port: number };
        if (msg.startsWith(LISTENING)) this.#ports.set(msg.slice(LISTENING.length), port);
        else if (msg === 'running') resolve();
      });
    });
  }
}
