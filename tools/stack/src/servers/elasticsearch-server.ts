import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FetchOptions } from '../artifacts/artifact.ts';
import { elasticsearchHome } from '../artifacts/elasticsearch-artifact.ts';
import { isTraversableByEverybody, type UnprivilegedUser, unprivilegedUser } from '../artifacts/unprivileged-user.ts';
import { findJava } from '../java/java-home.ts';
import { identify, isAlive, type ProcessIdentity, signalProcess } from '../process/process-identity.ts';
import { killProcess, stopProcess } from '../process/stop-process.ts';
import { StackError } from '../stack-error.ts';
import { waitUntil } from '../wait-until.ts';
import { ELASTICSEARCH_CLUSTER, ELASTICSEARCH_LOG4J, elasticsearchJvmOptions, elasticsearchYaml } from './elasticsearch-settings.ts';
import { diedWhileStarting, logExcerpt } from './log-excerpt.ts';

export interface ElasticsearchOptions extends FetchOptions {
  /** HTTP port. */
  readonly port: number;
  /** Port of the node's own protocol; the port after `port` when left out. */
  readonly transportPort?: number;
  /** Data, configuration and logs. When root starts it, every folder down to it must be open to other users. */
  readonly dataDir: string;
  /** Size of the Java heap, e.g. `512m`. */
  readonly heap?: string;
  /** Further settings of elasticsearch.yml. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
  /** Added to the environment of the node. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called when the process exists, before its indices can be used. */
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

const STOP_GRACE_MS = 30_000;

/** One real Elasticsearch node. After `stop()` or `kill()`, `start()` runs it again on the same port and data. */
export class ElasticsearchServer {
  readonly #options: ElasticsearchOptions;
  #identity: ProcessIdentity | undefined;

  constructor(options: ElasticsearchOptions) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  /** The log that the server writes. */
  get logFile(): string {
    return join(this.#options.dataDir, 'logs', `${ELASTICSEARCH_CLUSTER}.log`);
  }

  get pid(): number {
    return this.identity.pid;
  }

  get identity(): ProcessIdentity {
    if (this.#identity === undefined) throw new Error('Elasticsearch was not started');
    return this.#identity;
  }

  async start(): Promise<void> {
    if (this.#identity !== undefined && isAlive(this.#identity)) return;
    const { dataDir, port, readyTimeoutMs = 180_000, signal } = this.#options;
    const java = elasticsearchJava();
    const home = await elasticsearchHome(this.#options);
    const user = unprivilegedUser();
    for (const folder of user ? [dataDir, home] : []) {
      if (isTraversableByEverybody(folder)) continue;
      throw new StackError(`${folder} is closed to other users; Elasticsearch, which never runs as root, could not get there.`);
    }
    this.#prepare(home, user);
    this.#identity = await this.#launch(home, java, user);
    this.#options.onSpawn?.(this.#identity);
    const what = `Elasticsearch on port ${port}`;
    await waitUntil(
      async () => {
        if (!isAlive(this.identity)) throw diedWhileStarting(what, this.logFile);
        return isElasticsearchReady(port);
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

  /** A configuration folder of its own for this node, because the one of the distribution is shared by all nodes of the machine. */
  #prepare(home: string, user: UnprivilegedUser | undefined): void {
    const { dataDir, port, transportPort = port + 1, heap = '512m', extra = {} } = this.#options;
    const folders = ['config', 'data', 'logs', 'tmp'].map((name) => join(dataDir, name));
    mkdirSync(dataDir, { recursive: true });
    rmSync(join(dataDir, 'config'), { recursive: true, force: true });
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    const [config, dataFolder, logFolder] = folders as [string, string, string, string];
    cpSync(join(home, 'config'), config, { recursive: true });
    mkdirSync(join(config, 'jvm.options.d'), { recursive: true });
    writeFileSync(join(config, 'elasticsearch.yml'), elasticsearchYaml({ port, transportPort, dataFolder, logFolder, extra }));
    writeFileSync(join(config, 'log4j2.properties'), ELASTICSEARCH_LOG4J);
    writeFileSync(join(config, 'jvm.options.d', 'stack.options'), elasticsearchJvmOptions(heap));
    rmSync(this.#pidFile, { force: true });
    if (user) for (const folder of [dataDir, ...folders]) giveTo(folder, user);
  }

  /**
   * With `-d` the launcher (a second JVM) leaves when the node listens, and the node's pid stands in a file.
   */
  async #launch(home: string, java: string, user: UnprivilegedUser | undefined): Promise<ProcessIdentity> {
    const { dataDir } = this.#options;
    const launcherLog = join(dataDir, 'launcher.log');
    const log = openSync(launcherLog, 'w', 0o644);
    const launcher = spawn(join(home, 'bin', 'elasticsearch'), ['-d', '-p', this.#pidFile], {
      cwd: dataDir,
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env['PATH'],
        LANG: process.env['LANG'],
        HOME: dataDir,
        ES_JAVA_HOME: java,
        ES_PATH_CONF: join(dataDir, 'config'),
        ES_TMPDIR: join(dataDir, 'tmp'),
        // The launcher's own JVM; the node's heap stands in jvm.options.d.
        CLI_JAVA_OPTS: '-Xms4m -Xmx64m -XX:+UseSerialGC',
        ...inheritedMarks(),
        ...this.#options.env,
      },
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    });
    // The node that the launcher has started is in the same process group.
    const abort = (): void => void (launcher.pid !== undefined && process.kill(-launcher.pid, 'SIGKILL'));
    this.#options.signal?.addEventListener('abort', abort);
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        launcher.once('error', reject);
        launcher.once('exit', resolve);
      });
      this.#options.signal?.throwIfAborted();
      const identity = code === 0 && existsSync(this.#pidFile) ? identify(Number(readFileSync(this.#pidFile, 'utf8'))) : undefined;
      if (identity === undefined) throw new Error(`Elasticsearch did not start:\n${logExcerpt(launcherLog)}`);
      return identity;
    } finally {
      this.#options.signal?.removeEventListener('abort', abort);
      closeSync(log);
    }
  }

  get #pidFile(): string {
    return join(this.#options.dataDir, 'pid');
  }
}

/**
 * Starts one Elasticsearch node and returns when it can be used.
 * @throws StackError when Java or Maven is missing, Error with the end of the log when it does not come up
 */
export async function startElasticsearch(options: ElasticsearchOptions): Promise<ElasticsearchServer> {
  const server = new ElasticsearchServer(options);
  try {
    await server.start();
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

/** Home of a Java of 21 or newer, for Elasticsearch. @throws StackError */
export function elasticsearchJava(): string {
  const accept = unprivilegedUser() ? isTraversableByEverybody : () => true;
  return findJava({ atLeast: 21, purpose: 'Elasticsearch', variables: ['ES_JAVA_HOME', 'JAVA_HOME'], accept }).home;
}

/** Whether the node answers and its indices can be used (health yellow or green). This distribution has no `GET /`. */
export async function isElasticsearchReady(port: number): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${port}/_cluster/health?wait_for_status=yellow&timeout=1s`;
    const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function giveTo(path: string, user: UnprivilegedUser): void {
  chownSync(path, user.uid, user.gid);
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) giveTo(inside, user);
    else if (!entry.isSymbolicLink()) chownSync(inside, user.uid, user.gid);
  }
}

/** The variables by which a test run finds the processes that it has to end; everything else of the environment is kept from the server. */
function inheritedMarks(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('HERCULES_TEST_')));
}
