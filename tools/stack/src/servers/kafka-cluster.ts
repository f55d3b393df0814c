import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { kafkaJars } from '../artifacts/kafka-artifact.ts';
import type { FetchOptions } from '../artifacts/artifact.ts';
import { isAlive, type ProcessIdentity, signalProcess } from '../process/process-identity.ts';
import { killProcess, stopProcess } from '../process/stop-process.ts';
import { waitUntil } from '../wait-until.ts';
import { keptClusterId, startKafkaNode } from './kafka-node.ts';
import { countKafkaBrokers } from './kafka-probe.ts';
import { kafkaClusterId } from './kafka-settings.ts';
import { diedWhileStarting } from './log-excerpt.ts';

export interface KafkaClusterOptions extends FetchOptions {
  /** Number of nodes; 3 gives a replication factor of 3 and min.insync.replicas 2. */
  readonly brokers?: number;
  /** Broker `id` (from 1) listens on basePort + 2·(id − 1), its controller on the port after that. */
  readonly basePort: number;
  /** Data and logs; starting again on the same folder continues with the same data. */
  readonly dataDir: string;
  /** Further server.properties of every node. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly heap?: readonly string[];
  readonly readyTimeoutMs?: number;
  /** Log of a node; <dataDir>/<id>/kafka.log when left out. */
  readonly logFile?: (id: number) => string;
  /** Added to the environment of every node. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called when a node's process exists, long before it is ready. */
  readonly onSpawn?: (id: number, identity: ProcessIdentity) => void;
}

const STOP_GRACE_MS = 30_000;

/** Kafka nodes on this machine that can be stopped, killed and started one by one. */
export class KafkaServers {
  readonly #options: KafkaClusterOptions;
  readonly #size: number;
  readonly #nodes = new Map<number, ProcessIdentity>();

  constructor(options: KafkaClusterOptions) {
    this.#options = options;
    this.#size = options.brokers ?? 3;
  }

  /** Ids of the nodes, from 1. */
  get ids(): number[] {
    return Array.from({ length: this.#size }, (_, index) => index + 1);
  }

  /** host:port of every broker, joined by commas. */
  get bootstrap(): string {
    return this.ids.map((id) => `127.0.0.1:${this.brokerPort(id)}`).join(',');
  }

  brokerPort(id: number): number {
    return this.#options.basePort + 2 * (id - 1);
  }

  /** Process id of a node that was started. @throws Error when it was not */
  brokerPid(id: number): number {
    return this.#node(id).pid;
  }

  identity(id: number): ProcessIdentity {
    return this.#node(id);
  }

  isRunning(id: number): boolean {
    const node = this.#nodes.get(id);
    return node !== undefined && isAlive(node);
  }

  /** Starts every node that does not run and waits until all are in the cluster. */
  async start(): Promise<this> {
    const jars = await kafkaJars(this.#options);
    const started = this.ids.filter((id) => !this.isRunning(id));
    await Promise.all(started.map((id) => this.#spawn(id, jars)));
    await this.waitUntilReady();
    return this;
  }

  /** Starts one node again on its data and waits until it is back in the cluster. */
  async startBroker(id: number): Promise<void> {
    if (this.isRunning(id)) return;
    await this.#spawn(id, await kafkaJars(this.#options));
    await this.#waitUntilListed(id, 1);
  }

  /** SIGTERM: the node hands its partitions over first. */
  async stopBroker(id: number): Promise<void> {
    await stopProcess(this.#node(id), STOP_GRACE_MS);
  }

  /** SIGKILL. */
  async killBroker(id: number): Promise<void> {
    await killProcess(this.#node(id));
  }

  /** SIGSTOP: the node keeps its connections but does not answer. */
  pauseBroker(id: number): void {
    signalProcess(this.#node(id), 'SIGSTOP');
  }

  resumeBroker(id: number): void {
    signalProcess(this.#node(id), 'SIGCONT');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => stopProcess(node, STOP_GRACE_MS)));
  }

  async kill(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => killProcess(node)));
  }

  /** Resolves when every node lists all of them. */
  async waitUntilReady(): Promise<void> {
    await Promise.all(this.ids.map((id) => this.#waitUntilListed(id, this.#size)));
  }

  async #spawn(id: number, jars: string): Promise<void> {
    const { dataDir, extra = {}, heap } = this.#options;
    const voters = this.ids.map((nodeId) => ({ nodeId, controllerPort: this.brokerPort(nodeId) + 1 }));
    const node = await startKafkaNode({
      nodeId: id,
      port: this.brokerPort(id),
      controllerPort: this.brokerPort(id) + 1,
      voters,
      extra,
      dataDir: this.#size === 1 ? dataDir : join(dataDir, String(id)),
      clusterId: keptClusterId(dataDir, () => kafkaClusterId(randomBytes(16))),
      jars,
      logFile: this.#logFile(id),
      env: { ...process.env, ...this.#options.env },
      heap: heap ?? (this.#size === 1 ? ['-Xms256m', '-Xmx768m'] : ['-Xms128m', '-Xmx384m']),
    });
    this.#nodes.set(id, node);
    this.#options.onSpawn?.(id, node);
  }

  async #waitUntilListed(id: number, brokers: number): Promise<void> {
    const { readyTimeoutMs = 120_000, signal } = this.#options;
    const what = `Kafka on port ${this.brokerPort(id)}`;
    await waitUntil(
      async () => {
        if (!this.isRunning(id)) throw diedWhileStarting(what, this.#logFile(id));
        return (await countKafkaBrokers(this.brokerPort(id))) >= brokers;
      },
      { timeoutMs: readyTimeoutMs, what: `${what} is ready`, ...(signal ? { signal } : {}) },
    );
  }

  #logFile(id: number): string {
    const { dataDir, logFile } = this.#options;
    return logFile?.(id) ?? join(dataDir, this.#size === 1 ? '' : String(id), 'kafka.log');
  }

  #node(id: number): ProcessIdentity {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`Kafka node ${id} was not started`);
    return node;
  }
}

/**
 * Starts a cluster of real Kafka nodes and returns when each lists all others.
 * @throws StackError when Java or Maven is missing, Error with the end of the log when a node does not come up
 */
export async function startKafkaCluster(options: KafkaClusterOptions): Promise<KafkaServers> {
  const servers = new KafkaServers(options);
  try {
    return await servers.start();
  } catch (error) {
    await servers.kill();
    throw error;
  }
}
