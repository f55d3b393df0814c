import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BROKERS, type TestTopics } from './kafka-servers.ts';

export const MASTER_KEY = 'test-master-key';

export interface Received {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface CallOptions {
  /** `undefined`: the master key. */
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const MAIN = join(__dirname, '..', 'src', 'main.ts');

/** A running management API. */
export class ManagementProcess {
  readonly #child: ChildProcess;
  readonly lines: string[];
  readonly port: number;

  private constructor(child: ChildProcess, lines: string[], port: number) {
    this.#child = child;
    this.lines = lines;
    this.port = port;
  }

  static async start(topics: TestTopics, env: Record<string, string> = {}): Promise<ManagementProcess> {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        HERCULES_KAFKA_BROKERS: BROKERS,
        HERCULES_METADATA_TOPIC: topics.metadata,
        HERCULES_TASKS_TOPIC: topics.tasks,
        HERCULES_REPLAYS_TOPIC: topics.replays,
        HERCULES_TASKS_SESSION_TIMEOUT_MS: '6000',
        HERCULES_HTTP_PORT: '0',
        HERCULES_MASTER_KEYS: `another-key,${MASTER_KEY}`,
        HERCULES_DELETE_GRACE_PERIOD_MS: '200',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    child.stderr!.on('data', (text: Buffer) => lines.push(text.toString()));
    const port = await new Promise<number>((resolve, reject) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        lines.push(line);
        const address = /"address":"http:\/\/[^"]*:(\d+)"/.exec(line);
        if (address !== null) resolve(Number(address[1]));
      });
      child.once('exit', (code) => reject(new Error(`exited with ${code}: ${lines.join('\n')}`)));
    });
    return new ManagementProcess(child, lines, port);
  }

  /** Sends a request; a body that is no string is sent as JSON. */
  call(method: string, pathAndQuery: string, { key, headers = {}, body }: CallOptions = {}): Promise<Received> {
    const authorization = key === undefined ? `Hercules masterApiKey ${MASTER_KEY}` : `Hercules apiKey ${key}`;
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port: this.port,
          method,
          path: pathAndQuery,
          agent: false,
          headers: {
            ...(key === '' ? {} : { authorization }),
            ...(bytes === undefined ? {} : { 'content-length': bytes.length }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });
  }

  /** POST; resolves to the status. */
  async post(pathAndQuery: string, options?: CallOptions): Promise<number> {
    return (await this.call('POST', pathAndQuery, options)).status;
  }

  /** GET of a JSON document. */
  async json(pathAndQuery: string, options?: CallOptions): Promise<unknown> {
    const { status, text } = await this.call('GET', pathAndQuery, options);
    if (status !== 200) throw new Error(`${pathAndQuery}: ${status} ${text}`);
    return JSON.parse(text);
  }

  /** True while this process says that it writes the metadata. */
  async isLeader(): Promise<boolean> {
    return /^hercules_management_leader(\{[^}]*\})? 1$/m.test((await this.call('GET', '/metrics')).text);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends the process in this way and waits for that; resolves to its exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
}
