import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

const MAIN = join(__dirname, '../../src/main.ts');

/** A gateway in a process of its own, on free ports. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  /** Everything it wrote to stdout and stderr. */
  output = '';
  exitCode: number | null | undefined;

  private constructor(settings: Readonly<Record<string, string | number>>) {
    const flags = Object.entries({ 'http.port': 0, 'grpc.port': 0, logLevel: 'debug', ...settings }).map(
      ([name, value]) => `--${name}=${value}`,
    );
    this.#child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#child.on('exit', (code) => (this.exitCode = code));
  }

  /** Starts it and waits until it says that it runs. */
  static async start(settings: Readonly<Record<string, string | number>>): Promise<GatewayProcess> {
    const kafka = process.env.HERCULES_TEST_KAFKA ?? '127.0.0.1:9092';
    const gateway = new GatewayProcess({ 'kafka.brokers': kafka, ...settings });
    try {
      await waitFor('the gateway runs', () => gateway.#checkAlive() && gateway.#isRunning, 30_000);
    } catch (error) {
      await gateway.kill();
      throw error;
    }
    return gateway;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get httpPort(): number {
    return this.#find('listening for HTTP')!.port!;
  }

  get grpcPort(): number {
    return this.#find('listening for gRPC')!.port!;
  }

  /** Port of another listener, by the name that it has in the log. */
  portOf(name: string): number {
    return this.#find(`listening for ${name}`)!.port!;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it as an orchestrator would; returns the exit code. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.exited();
  }

  async exited(): Promise<number | null> {
    const result = await waitFor('the gateway exits', () => (this.exitCode === undefined ? undefined : { code: this.exitCode }), 30_000);
    return result.code;
  }

  async kill(): Promise<void> {
    if (this.exitCode !== undefined) return;
    this.signal('SIGKILL');
    await waitFor('the gateway is gone', () => this.#child.signalCode !== null || this.#child.exitCode !== null);
  }

  /** With workers the line without the number of a worker counts: it comes when all of them run. */
  get #isRunning(): boolean {
    return this.output.split('\n').some((line) => line.includes('"msg":"running"') && !line.includes('"worker":'));
  }

  #checkAlive(): true {
    if (this.exitCode !== undefined) throw new Error(`The gateway ended with ${this.exitCode}:\n${this.output}`);
    return true;
  }

  #find(message: string): { port?: number } | undefined {
    for (const line of this.output.split('\n')) {
      if (line.includes(`"msg":"${message}"`)) return JSON.parse(line) as { port?: number };
    }
    return undefined;
  }
}
