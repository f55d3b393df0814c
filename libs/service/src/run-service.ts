import { HerculesError } from '@hercules/protocol';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { aboutOf } from './about.ts';
import type { ServiceConfig } from './config-schemas.ts';
import { Lifecycle } from './lifecycle.ts';
import { loadConfig, type LoadedConfig } from './load-config.ts';
import { createLogger } from './logger.ts';
import { MetricsRegistry } from './metrics.ts';
import { helpText, printableConfig } from './print-config.ts';
import type { ServiceContext } from './service-context.ts';

export const EXIT_OK = 0;
/** The start, the work or the stop has failed. */
export const EXIT_FAILURE = 1;
/** The settings are wrong. */
export const EXIT_BAD_CONFIG = 2;

export interface ServiceDefinition<S extends z.ZodObject> {
  /** Application id, e.g. `elastic-sink`. */
  readonly name: string;
  readonly description: string;
  readonly version?: string;
  readonly schema: S;
  /** Puts the parts together and starts them; registers with `lifecycle.onStop` how each stops. RUNNING when it resolves. */
  start(context: ServiceContext<z.infer<S>>): Promise<void>;
}

/** The skeleton of every app: settings, logger, metrics, states, signals, stop (docs/components.md). Sets the exit code of the process. */
export function runService<S extends z.ZodObject>(definition: ServiceDefinition<S>): void {
  const loaded = loadOrExit(definition);
  if (loaded === undefined) return;
  const config = loaded.config as z.infer<S> & ServiceConfig;
  const logger = createLogger(definition.name, config);
  void new ServiceRun(definition, config, logger).run();
}

function loadOrExit<S extends z.ZodObject>(definition: ServiceDefinition<S>): LoadedConfig<z.infer<S>> | undefined {
  let loaded: LoadedConfig<z.infer<S>>;
  try {
    loaded = loadConfig(definition.schema, { args: process.argv.slice(2), env: process.env });
  } catch (error) {
    // --help must work on a broken environment too.
    if (!(error instanceof HerculesError)) throw error;
    process.stderr.write(`${definition.name}: ${error.message}\n`);
    process.exitCode = EXIT_BAD_CONFIG;
    return undefined;
  }
  if (loaded.help) process.stdout.write(helpText(definition.name, definition.description, loaded.settings));
  else if (loaded.printConfig) process.stdout.write(printableConfig(loaded.config, loaded.settings));
  else return loaded;
  return undefined;
}

class ServiceRun<S extends z.ZodObject> {
  readonly #definition: ServiceDefinition<S>;
  readonly #config: z.infer<S> & ServiceConfig;
  readonly #logger: Logger;
  readonly #lifecycle = new Lifecycle((error) => this.#fail(error));
  #stopping: Promise<void> | undefined;

  constructor(definition: ServiceDefinition<S>, config: z.infer<S> & ServiceConfig, logger: Logger) {
    this.#definition = definition;
    this.#config = config;
    this.#logger = logger;
  }

  async run(): Promise<void> {
    process.on('SIGTERM', () => this.#onSignal('SIGTERM'));
    process.on('SIGINT', () => this.#onSignal('SIGINT'));
    process.on('uncaughtException', (error) => this.#fail(error));
    process.on('unhandledRejection', (error) => this.#fail(error));
    const { name, version = '0.1.0' } = this.#definition;
    const metrics = new MetricsRegistry();
    const about = aboutOf(name, version, this.#config);
    metrics.gaugeFrom('hercules_info', 'What runs here; always 1', ['app', 'version', 'instance'], () => [
      { labels: { app: name, version, instance: about.instanceId }, value: 1 },
    ]);
    metrics.gaugeFrom('hercules_state', '1 for the state that the app is in', ['state'], () => [
      { labels: { state: this.#lifecycle.state }, value: 1 },
    ]);
    const context = { config: this.#config, logger: this.#logger, metrics, lifecycle: this.#lifecycle, about };
    try {
      await this.#definition.start(context);
      if (this.#lifecycle.state !== 'STARTING') return;
      this.#lifecycle.enter('RUNNING');
      this.#logger.info({ version, pid: process.pid }, 'running');
    } catch (error) {
      this.#fail(error);
    }
  }

  #onSignal(signal: string): void {
    if (this.#stopping !== undefined) {
      this.#logger.warn({ signal }, 'a second signal: exiting at once');
      process.exit(EXIT_FAILURE);
    }
    this.#logger.info({ signal }, 'stopping');
    this.#stopping = this.#stop(EXIT_OK);
  }

  #fail(error: unknown): void {
    const starting = this.#lifecycle.state === 'STARTING';
    const message = error instanceof Error ? error.message : String(error);
    // A mistake in the settings needs no stack trace; anything else does.
    const expected = error instanceof HerculesError && error.code !== 'INTERNAL';
    this.#logger.error(expected ? { code: error.code } : { err: error }, `${starting ? 'cannot start' : 'cannot go on'}: ${message}`);
    if (starting) process.stderr.write(`${this.#definition.name}: cannot start: ${message}\n`);
    this.#stopping ??= this.#stop(EXIT_FAILURE);
  }

  async #stop(exitCode: number): Promise<void> {
    const wasRunning = this.#lifecycle.state === 'RUNNING';
    this.#lifecycle.enter('STOPPING');
    if (wasRunning && exitCode === EXIT_OK && this.#config.shutdownGracePeriodMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.#config.shutdownGracePeriodMs));
    }
    const hung = await this.#lifecycle.stop(this.#config.shutdownTimeoutMs, this.#logger);
    this.#lifecycle.enter('STOPPED');
    if (hung !== undefined) this.#logger.error({ part: hung, timeoutMs: this.#config.shutdownTimeoutMs }, 'a part did not stop in time');
    else this.#logger.info({}, 'stopped');
    this.#logger.flush();
    process.exit(hung === undefined ? exitCode : EXIT_FAILURE);
  }
}
