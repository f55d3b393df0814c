import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { sendRequest, type HttpAnswer } from './http-request.ts';
import { parsePrometheusText } from './prometheus-text.ts';
import { waitUntil } from './wait-until.ts';

export interface AppProcessOptions {
  /** Absolute path of the file that starts the app. */
  readonly entry: string;
  readonly args?: readonly string[];
  /** Its settings. Settings in the test's own environment are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process has ended: its exit code, or the signal that ended it. */
export type ProcessEnd = number | NodeJS.Signals;

/** An app in a process of its own, with everything that it says. */
export class AppProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessEnd>;
  stdout = '';
  stderr = '';
  #end: ProcessEnd | undefined;
  readonly #port: number;

  constructor({ entry, args = [], env = {} }: AppProcessOptions) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(HERCULES_(?!TEST_)|NO_COLOR$|FORCE_COLOR$)/.test(name));
    this.#port = Number(env['HERCULES_HTTP_PORT']);
    this.child = spawn(process.execPath, [entry, ...args], {
      cwd: dirname(entry),
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => resolve((this.#end = signal ?? code!)));
    });
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** How it has ended; undefined while it lives. */
  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  get output(): string {
    return this.stdout + this.stderr;
  }

  /** Its log lines so far. @throws SyntaxError when a line of standard output is no JSON */
  logLines(): Record<string, unknown>[] {
    const complete = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1);
    return complete
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  request(path: string, options?: { method?: string; headers?: Readonly<Record<string, string>> }): Promise<HttpAnswer> {
    return sendRequest(this.#port, path, options);
  }

  /** Waits until /status answers so. @throws Error with its output when that takes too long or it ends before */
  async waitForStatus(status: number, timeoutMs: number): Promise<void> {
    await waitUntil(
      `/status answers ${status}`,
      timeoutMs,
      async () => this.#end !== undefined || (await this.request('/status')).status === status,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; output:\n${this.output}`, { cause: error });
    });
    if (this.#end !== undefined) throw new Error(`the app has ended (${this.#end}); output:\n${this.output}`);
  }

  /** Waits until the samples of a metric that have these labels come to `least` together. @throws Error with what they came to */
  async waitForMetric(name: string, labels: Readonly<Record<string, string>>, least: number, timeoutMs = 30_000): Promise<void> {
    let sum = NaN;
    await waitUntil(`${name} ${JSON.stringify(labels)} is ${least} or more`, timeoutMs, async () => {
      const samples = parsePrometheusText((await this.request('/metrics')).body).get(name)?.samples ?? [];
      const matching = samples.filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value));
      sum = matching.reduce((total, { value }) => total + value, 0);
      return sum >= least;
    }).catch((error: Error) => {
      throw new Error(`${error.message}, but it is ${sum}; output:\n${this.output}`, { cause: error });
    });
  }

  /** Waits until it has ended by itself; kills it when that takes too long. @throws Error with its output when it had to be killed */
  async waitForEnd(timeoutMs: number): Promise<ProcessEnd> {
    try {
      return await waitUntil('the app ends', timeoutMs, () => this.#end);
    } catch (error) {
      await this.kill();
      throw new Error(`${(error as Error).message}; output:\n${this.output}`, { cause: error });
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#end === undefined) this.child.kill(signal);
  }

  /** Ends it whatever it does. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}

/** Runs an app that ends by itself. */
export async function runApp(options: AppProcessOptions, timeoutMs = 20_000): Promise<{ end: ProcessEnd; stdout: string; stderr: string }> {
  const app = new AppProcess(options);
  const end = await app.waitForEnd(timeoutMs);
  return { end, stdout: app.stdout, stderr: app.stderr };
}
