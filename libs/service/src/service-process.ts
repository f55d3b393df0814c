import { HerculesError } from '@hercules/protocol';
import type { Logger } from 'pino';
import { type About, aboutOf } from './about.ts';
import type { ServiceConfig } from './config-schemas.ts';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';
import { Lifecycle, type LifecycleState } from './lifecycle.ts';
import { isListenError, listenError } from './listen.ts';
import { MetricsRegistry } from './metrics.ts';
import type { ServiceContext } from './service-context.ts';
import { tellPrimary, workerNumber } from './worker-process.ts';
import { isSupervisor, runWorkers } from './workers.ts';

const STATES: readonly LifecycleState[] = ['STARTING', 'RUNNING', 'STOPPING', 'STOPPED'];

/** What a primary process waits longer than its workers, whose time for stopping begins a little later, in ms. */
const SUPERVISOR_MARGIN_MS = 2000;

/** A signal that comes again so soon is the same one: a shell or npm passes on what the whole process group has had already. In ms. */
const ECHO_MS = 500;

interface Work<C> {
  readonly name: string;
  readonly version?: string;
  start(context: ServiceContext<C>): Promise<void>;
}

/** One process of an app from its start to its end: signals, errors that nobody has caught, states, exit code. */
export class ServiceProcess<C> {
  readonly #work: Work<C>;
  readonly #config: C & ServiceConfig & { workers?: number | 'auto' };
  readonly #logger: Logger;
  readonly #lifecycle = new Lifecycle({
    onFailure: (error) => this.#fail(error),
    onStopRequest: (reason) => this.#requestStop({ reason }),
  });
  readonly #metrics = new MetricsRegistry();
  readonly #about: About;
  readonly #workers: number | 'auto';
  #isStopping = false;
  #signalledAt: number | undefined;
  #exitCode = EXIT_OK;

  constructor(work: Work<C>, config: C & ServiceConfig & { workers?: number | 'auto' }, logger: Logger) {
    this.#work = work;
    this.#config = config;
    this.#logger = logger;
    this.#about = aboutOf(work.name, work.version ?? '0.1.0', config);
    this.#workers = config.workers ?? 1;
  }

  async run(): Promise<void> {
    this.#listenToProcess();
    this.#registerMetrics();
    const context = {
      config: this.#config,
      logger: this.#logger,
      metrics: this.#metrics,
      lifecycle: this.#lifecycle,
      about: this.#about,
    };
    try {
      await runWorkers(context, { workers: this.#workers, worker: () => this.#work.start(context) });
      if (this.#isStopping) return;
      this.#lifecycle.enter('RUNNING');
      this.#logger.info({ version: this.#about.version, pid: process.pid }, 'running');
    } catch (error) {
      // Whoever stops an app while it starts takes the connections from under the start.
      if (this.#isStopping) this.#logger.debug({ err: error }, 'the start was interrupted');
      else this.#fail(error);
    }
  }

  #listenToProcess(): void {
    process.on('SIGTERM', () => this.#onSignal('SIGTERM'));
    // A terminal sends SIGINT to the workers too. They wait for the word of their primary process, which is the same signal for the second time.
    process.on('SIGINT', () => {
      if (workerNumber() === undefined) this.#onSignal('SIGINT');
    });
    process.on('uncaughtException', (error) => this.#fail(error));
    process.on('unhandledRejection', (error) => this.#fail(error));
  }

  #registerMetrics(): void {
    const { applicationId: app, version, instanceId: instance } = this.#about;
    this.#metrics.gaugeFrom(
      'hercules_info',
      'What runs here; always 1',
      ['app', 'version', 'instance'],
      () => [{ labels: { app, version, instance }, value: 1 }],
      'max',
    );
    this.#metrics.gaugeFrom('hercules_state', 'Processes in each state of the life of the app', ['state'], () =>
      STATES.map((state) => ({ labels: { state }, value: state === this.#lifecycle.state ? 1 : 0 })),
    );
  }

  #onSignal(signal: string): void {
    const now = performance.now();
    const first = (this.#signalledAt ??= now);
    if (!this.#isStopping) return this.#requestStop({ signal });
    if (now - first < ECHO_MS) return;
    this.#logger.warn({ signal }, 'a second signal: ending at once');
    process.exit(EXIT_FAILURE);
  }

  #requestStop(why: { signal?: string; reason?: string }): void {
    if (this.#isStopping) return;
    this.#logger.info(why, 'stopping');
    void this.#stop();
  }

  #fail(cause: unknown): void {
    // fastify and others throw what Node.js does.
    const error = isListenError(cause) ? listenError(cause, cause.address, cause.port) : cause;
    this.#exitCode = EXIT_FAILURE;
    const isStarting = this.#lifecycle.state === 'STARTING';
    const message = error instanceof Error ? error.message : String(error);
    // A mistake in the surroundings needs no stack trace; anything else does.
    const expected = error instanceof HerculesError && error.code !== 'INTERNAL';
    this.#logger.error(expected ? { code: error.code } : { err: error }, `${isStarting ? 'cannot start' : 'cannot go on'}: ${message}`);
    if (isStarting) {
      if (workerNumber() === undefined) process.stderr.write(`${this.#work.name}: cannot start: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
      else tellPrimary({ hercules: 'failed', message });
    }
    if (!this.#isStopping) void this.#stop();
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    const { shutdownGracePeriodMs, shutdownTimeoutMs } = this.#config;
    const wasRunning = this.#lifecycle.state === 'RUNNING';
    this.#lifecycle.enter('STOPPING');
    if (wasRunning && this.#exitCode === EXIT_OK) await new Promise((resolve) => setTimeout(resolve, shutdownGracePeriodMs));
    const timeoutMs = isSupervisor(this.#workers) ? shutdownTimeoutMs + SUPERVISOR_MARGIN_MS : shutdownTimeoutMs;
    const { hung, failed } = await this.#lifecycle.stop(timeoutMs, this.#logger);
    this.#lifecycle.enter('STOPPED');
    if (hung !== undefined)
      this.#logger.error({ part: hung, timeoutMs }, `stopping took too long: "${hung}" has not stopped after ${timeoutMs} ms`);
    if (hung !== undefined || failed.length > 0) this.#exitCode = EXIT_FAILURE;
    this.#logger.info({ exitCode: this.#exitCode }, 'stopped');
    this.#logger.flush();
    process.exit(this.#exitCode);
  }
}
