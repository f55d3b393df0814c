import { constants, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { FetchOptions } from '../artifacts/artifact.ts';
import { graphiteEnvironment } from '../artifacts/graphite-artifact.ts';
import { startDaemon } from '../process/daemon.ts';
import { isAlive, type ProcessIdentity, signalGroup } from '../process/process-identity.ts';
import { killProcess, stopProcess } from '../process/stop-process.ts';
import { waitUntil } from '../wait-until.ts';
import { GRAPHITE_DATABASE, graphiteFiles, type GraphitePorts, graphiteVariables } from './graphite-settings.ts';
import { diedWhileStarting } from './log-excerpt.ts';

export interface GraphiteOptions extends FetchOptions, GraphitePorts {
  /** Data, configuration and logs; starting again on the same folder continues with the same data. */
  readonly dataDir: string;
  /** How long and how fine points are kept, e.g. `1s:1h,60s:2d`. */
  readonly retentions?: string;
  readonly readyTimeoutMs?: number;
  /** Which of the two processes `start()` starts; both when left out. */
  readonly processes?: readonly GraphiteProcess[];
  /** Added to the environment of both processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Log of one of the two processes; <dataDir>/carbon.log and web.log when left out. */
  readonly logFile?: (process: GraphiteProcess) => string;
  /** Called when one of the two processes exists, before it answers. */
  readonly onSpawn?: (process: GraphiteProcess, identity: ProcessIdentity) => void;
}

/** carbon-cache takes and stores points, graphite-web draws them. */
export type GraphiteProcess = 'carbon' | 'web';

const DEFAULT_RETENTIONS = '1s:1h,10s:6h,60s:2d';
const STOP_GRACE_MS = 20_000;

/** A real Graphite: carbon-cache and graphite-web. After `stop()` or `kill()`, `start()` runs it again on the same ports and data. */
export class GraphiteServer {
  readonly #options: GraphiteOptions;
  readonly #processes = new Map<GraphiteProcess, ProcessIdentity>();

  constructor(options: GraphiteOptions) {
    this.#options = options;
  }

  /** host:port for lines. */
  get plaintext(): string {
    return `127.0.0.1:${this.#options.plaintextPort}`;
  }

  /** host:port for pickled batches. */
  get pickle(): string {
    return `127.0.0.1:${this.#options.picklePort}`;
  }

  /** Base URL of graphite-web. */
  get render(): string {
    return `http://127.0.0.1:${this.#options.webPort}`;
  }

  identity(name: GraphiteProcess): ProcessIdentity {
    const identity = this.#processes.get(name);
    if (identity === undefined) throw new Error(`Graphite's ${name} was not started`);
    return identity;
  }

  logFile(name: GraphiteProcess): string {
    return this.#options.logFile?.(name) ?? join(this.#options.dataDir, `${name}.log`);
  }

  async start(): Promise<void> {
    const { onProgress, processes = ['carbon', 'web'] } = this.#options;
    const environment = await graphiteEnvironment(this.#options);
    this.#options.signal?.throwIfAborted();
    this.#prepare(environment);
    onProgress?.('starting');
    const started = await Promise.allSettled(processes.map((name) => this.#run(name, environment)));
    for (const result of started) if (result.status === 'rejected') throw result.reason;
  }

  /** SIGTERM: carbon writes down the points that it holds. */
  async stop(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((identity) => stopProcess(identity, STOP_GRACE_MS)));
  }

  async kill(): Promise<void> {
    // graphite-web is a process that starts others.
    for (const identity of this.#processes.values()) signalGroup(identity, 'SIGKILL');
    await Promise.all([...this.#processes.values()].map((identity) => killProcess(identity)));
  }

  /** SIGSTOP: connections stay, nothing is answered, until `resume()`. */
  pause(): void {
    for (const identity of this.#processes.values()) signalGroup(identity, 'SIGSTOP');
  }

  resume(): void {
    for (const identity of this.#processes.values()) signalGroup(identity, 'SIGCONT');
  }

  get #pidFile(): string {
    return join(this.#options.dataDir, 'run', 'carbon.pid');
  }

  /** Writes the configuration; the first time there is an empty database, too. */
  #prepare(environment: string): void {
    const { dataDir, retentions = DEFAULT_RETENTIONS } = this.#options;
    for (const folder of ['conf', 'run', 'storage/whisper', 'storage/log/webapp', 'storage/lists']) {
      mkdirSync(join(dataDir, folder), { recursive: true });
    }
    for (const [name, text] of Object.entries(graphiteFiles({ ...this.#options, environment, retentions }))) {
      writeFileSync(join(dataDir, 'conf', name), text);
    }
    const database = join(dataDir, 'storage', GRAPHITE_DATABASE);
    if (!existsSync(database)) copyFileSync(join(environment, GRAPHITE_DATABASE), database, constants.COPYFILE_EXCL);
  }

  #arguments(name: GraphiteProcess, environment: string): string[] {
    const { dataDir, webPort } = this.#options;
    const script = (file: string): string => join(environment, 'bin', file);
    if (name === 'web') {
      return [script('gunicorn'), '--workers=1', '--threads=4', `--bind=127.0.0.1:${webPort}`, 'graphite.wsgi:application'];
    }
    const config = join(dataDir, 'conf', 'carbon.conf');
    return [script('carbon-cache.py'), `--config=${config}`, '--nodaemon', `--pidfile=${this.#pidFile}`, 'start'];
  }

  #isReady(name: GraphiteProcess): Promise<boolean> {
    const { plaintextPort, picklePort, queryPort, webPort } = this.#options;
    return name === 'web' ? isGraphiteReady(webPort) : portsAnswer([plaintextPort, picklePort, queryPort]);
  }

  async #run(name: GraphiteProcess, environment: string): Promise<void> {
    const running = this.#processes.get(name);
    if (running !== undefined && isAlive(running)) return;
    const { dataDir, readyTimeoutMs = 120_000, signal } = this.#options;
    // A carbon that was killed leaves it, and the next one would not start.
    if (name === 'carbon') rmSync(this.#pidFile, { force: true });
    const identity = await startDaemon({
      command: join(environment, 'bin', 'python'),
      args: this.#arguments(name, environment),
      cwd: dataDir,
      env: { ...process.env, ...graphiteVariables(dataDir), ...this.#options.env },
      logFile: this.logFile(name),
    });
    this.#processes.set(name, identity);
    this.#options.onSpawn?.(name, identity);
    const what = `Graphite (${name})`;
    await waitUntil(
      async () => {
        if (!isAlive(identity)) throw diedWhileStarting(what, this.logFile(name));
        return this.#isReady(name);
      },
      {
        timeoutMs: readyTimeoutMs,
        intervalMs: 100,
        what: `${what} is ready (its log: ${this.logFile(name)})`,
        ...(signal ? { signal } : {}),
      },
    );
  }
}

/**
 * Starts Graphite and returns when it takes and draws points.
 * @throws StackError when Python is missing, Error with the end of a log when it does not come up
 */
export async function startGraphite(options: GraphiteOptions): Promise<GraphiteServer> {
  const server = new GraphiteServer(options);
  try {
    await server.start();
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

/** Whether graphite-web answers on this port. */
export async function isGraphiteReady(webPort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${webPort}/metrics/index.json`, { signal: AbortSignal.timeout(3000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Whether something listens on all of these ports. */
export async function portsAnswer(ports: readonly number[]): Promise<boolean> {
  const answers = await Promise.all(
    ports.map((port) => {
      const socket = connect({ host: '127.0.0.1', port });
      return new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      }).finally(() => socket.destroy());
    }),
  );
  return answers.every(Boolean);
}
