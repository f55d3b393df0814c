import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FetchOptions } from '../artifacts/artifact.ts';
import { cassandraJars } from '../artifacts/cassandra-artifact.ts';
import { findJava } from '../java/java-home.ts';
import { startDaemon } from '../process/daemon.ts';
import { isAlive, type ProcessIdentity, signalProcess } from '../process/process-identity.ts';
import { killProcess, stopProcess } from '../process/stop-process.ts';
import { waitUntil } from '../wait-until.ts';
import { isCassandraReady } from './cassandra-probe.ts';
import { CASSANDRA_JVM_OPTIONS, CASSANDRA_LOGBACK, cassandraYaml } from './cassandra-settings.ts';
import { diedWhileStarting } from './log-excerpt.ts';

export interface CassandraOptions extends FetchOptions {
  /** Port of CQL. */
  readonly port: number;
  /** Port of the nodes' own protocol; the port after `port` when left out. */
  readonly storagePort?: number;
  /** Data, configuration and, unless `logFile` says otherwise, the log. Starting again on the same folder continues with the same data. */
  readonly dataDir: string;
  readonly logFile?: string;
  /** JVM options for the heap. */
  readonly heap?: readonly string[];
  /** Further settings of cassandra.yaml; null takes one away. */
  readonly extra?: Readonly<Record<string, string | number | boolean | null>>;
  readonly readyTimeoutMs?: number;
  /** Added to the environment of the node. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called when the process exists, long before it is ready. */
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

const STOP_GRACE_MS = 30_000;

/** One real Cassandra node, a cluster of its own (data center `datacenter1`). After `stop()` or `kill()`, `start()` runs it again on the same data. */
export class CassandraServer {
  readonly #options: CassandraOptions;
  #identity: ProcessIdentity | undefined;

  constructor(options: CassandraOptions) {
    this.#options = options;
  }

  /** host:port for clients. */
  get contactPoint(): string {
    return `127.0.0.1:${this.#options.port}`;
  }

  get logFile(): string {
    return this.#options.logFile ?? join(this.#options.dataDir, 'cassandra.log');
  }

  get pid(): number {
    return this.identity.pid;
  }

  get identity(): ProcessIdentity {
    if (this.#identity === undefined) throw new Error('Cassandra was not started');
    return this.#identity;
  }

  async start(): Promise<void> {
    if (this.#identity !== undefined && isAlive(this.#identity)) return;
    const { dataDir, port, env, readyTimeoutMs = 180_000, signal } = this.#options;
    const java = cassandraJava();
    const jars = await cassandraJars(this.#options);
    signal?.throwIfAborted();
    const identity = await startDaemon({
      command: java,
      args: this.#arguments(jars),
      cwd: dataDir,
      env: { ...process.env, ...env },
      logFile: this.logFile,
    });
    this.#identity = identity;
    this.#options.onSpawn?.(identity);
    const what = `Cassandra on port ${port}`;
    await waitUntil(
      async () => {
        if (!isAlive(identity)) throw diedWhileStarting(what, this.logFile);
        return isCassandraReady(port);
      },
      { timeoutMs: readyTimeoutMs, intervalMs: 250, what: `${what} is ready`, ...(signal ? { signal } : {}) },
    );
  }

  async stop(): Promise<void> {
    if (this.#identity) await stopProcess(this.#identity, STOP_GRACE_MS);
  }

  async kill(): Promise<void> {
    if (this.#identity) await killProcess(this.#identity);
  }

  /** SIGSTOP: connections stay, nothing is answered, until `resume()`. */
  pause(): void {
    signalProcess(this.identity, 'SIGSTOP');
  }

  resume(): void {
    signalProcess(this.identity, 'SIGCONT');
  }

  /** Writes the node's configuration and returns the arguments that name it. */
  #arguments(jars: string): string[] {
    const { dataDir, port, storagePort = port + 1, heap = ['-Xms256m', '-Xmx512m'], extra = {} } = this.#options;
    const config = join(dataDir, 'config');
    mkdirSync(config, { recursive: true });
    const yaml = join(config, 'cassandra.yaml');
    const logback = join(config, 'logback.xml');
    writeFileSync(yaml, cassandraYaml({ port, storagePort, dataDir, extra }));
    writeFileSync(logback, CASSANDRA_LOGBACK);
    const jamm = readdirSync(jars).find((name) => /^jamm-.*\.jar$/.test(name));
    if (jamm === undefined) throw new Error(`${jars} holds no jamm jar, which Cassandra measures its memory with`);
    return [
      ...heap,
      ...CASSANDRA_JVM_OPTIONS,
      `-javaagent:${join(jars, jamm)}`,
      `-Dcassandra.config=${pathToFileURL(yaml).href}`,
      `-Dcassandra.storagedir=${dataDir}`,
      `-Dcassandra.logdir=${dataDir}`,
      `-Dlogback.configurationFile=${logback}`,
      '-cp',
      `${config}:${jars}/*`,
      'org.apache.cassandra.service.CassandraDaemon',
    ];
  }
}

/**
 * Starts one Cassandra node and returns when it answers CQL.
 * @throws StackError when Java or Maven is missing, Error with the end of the log when it does not come up
 */
export async function startCassandra(options: CassandraOptions): Promise<CassandraServer> {
  const server = new CassandraServer(options);
  try {
    await server.start();
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

/** Java 17, the newest that Cassandra 5.0 starts on. @throws StackError */
export function cassandraJava(): string {
  const search = { atLeast: 17, below: 18, purpose: 'Cassandra', variables: ['CASSANDRA_JAVA_HOME', 'JAVA_HOME'] };
  return join(findJava(search).home, 'bin', 'java');
}
