import { type KafkaClusterOptions, startKafkaCluster } from './kafka-cluster.ts';
import type { ProcessIdentity } from '../process/process-identity.ts';

export interface KafkaServerOptions extends Omit<KafkaClusterOptions, 'brokers' | 'basePort' | 'logFile' | 'onSpawn'> {
  /** The broker's port; the controller takes the next one. */
  readonly port: number;
  readonly logFile?: string;
  /** Called when the process exists, long before it is ready. */
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

/** One real Kafka broker. After `stop()` or `kill()`, `start()` runs it again on the same port and data. */
export interface KafkaServer {
  readonly pid: number;
  readonly identity: ProcessIdentity;
  /** host:port for clients. */
  readonly bootstrap: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** SIGSTOP: connections stay, nothing is answered, until `resume()`. */
  pause(): void;
  resume(): void;
}

/**
 * Starts one Kafka broker and returns when it can be used.
 * @throws StackError when Java or Maven is missing, Error with the end of the log when it does not come up
 */
export async function startKafka({ port, logFile, onSpawn, ...options }: KafkaServerOptions): Promise<KafkaServer> {
  const servers = await startKafkaCluster({
    ...options,
    brokers: 1,
    basePort: port,
    ...(logFile === undefined ? {} : { logFile: () => logFile }),
    ...(onSpawn === undefined ? {} : { onSpawn: (_, identity) => onSpawn(identity) }),
  });
  return {
    get pid() {
      return servers.brokerPid(1);
    },
    get identity() {
      return servers.identity(1);
    },
    bootstrap: servers.bootstrap,
    start: async () => void (await servers.start()),
    stop: () => servers.stop(),
    kill: () => servers.kill(),
    pause: () => servers.pauseBroker(1),
    resume: () => servers.resumeBroker(1),
  };
}
