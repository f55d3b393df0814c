import type { Readable } from 'node:stream';
import { GatewayClient } from './api/gateway-client.ts';
import { HttpClient } from './api/http-client.ts';
import { ManagementClient } from './api/management-client.ts';
import { QueryClient } from './api/query-client.ts';
import { CliError } from './cli-error.ts';
import { Output, type TextSink } from './output/output.ts';
import { type LoadedSettings, loadSettings } from './settings/load-settings.ts';
import type { Settings } from './settings/settings.ts';

export interface Clock {
  /** ms since 1970 */
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The process around the program. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TextSink & { readonly columns?: number };
  readonly stderr: TextSink;
  readonly clock: Clock;
  /** How long events are sent again when the gateway is away or does not take them, in ms. */
  readonly sendRetryMs: number;
  /** Aborts when the user wants it to end. */
  readonly signal: AbortSignal;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly config?: string;
  readonly profile?: string;
}

/** What a command works with. Clients are made when they are asked for, so that a missing setting is missed only by who needs it. */
export class CliContext {
  readonly environment: Environment;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly #options: GlobalOptions;
  #loaded: LoadedSettings | undefined;

  constructor(environment: Environment, options: GlobalOptions) {
    this.environment = environment;
    this.signal = environment.signal;
    this.clock = environment.clock;
    this.#options = options;
    this.output = new Output(environment.stdout, environment.stderr, options.json === true, environment.stdout.columns);
  }

  get loaded(): LoadedSettings {
    const { env, cwd, home } = this.environment;
    return (this.#loaded ??= loadSettings({ env, cwd, home, configFile: this.#options.config, profile: this.#options.profile }));
  }

  get settings(): Settings {
    return this.loaded.settings;
  }

  /** Asks with the master key, or with the API key if there is no other. */
  get management(): ManagementClient {
    const { masterKey, apiKey } = this.settings;
    const authorization =
      masterKey !== undefined ? `Hercules masterApiKey ${masterKey}` : `Hercules apiKey ${apiKey ?? this.#missing('masterKey')}`;
    return new ManagementClient(new HttpClient({ name: 'management-api', url: this.#required('managementApi'), authorization }));
  }

  get query(): QueryClient {
    return new QueryClient(new HttpClient({ name: 'query-api', url: this.#required('queryApi'), authorization: this.#apiKey() }));
  }

  get gateway(): GatewayClient {
    return new GatewayClient(this.#required('gateway'), this.#required('apiKey'), this.environment.sendRetryMs);
  }

  /** Every app with an HTTP address, by name, to be asked for its state and metrics. */
  get apps(): HttpClient[] {
    const { managementApi, queryApi, gateway, sinks = {} } = this.settings;
    const all = { 'management-api': managementApi, 'query-api': queryApi, gateway, ...sinks };
    return Object.entries(all).flatMap(([name, url]) => (url === undefined ? [] : [new HttpClient({ name, url })]));
  }

  #apiKey(): string {
    return `Hercules apiKey ${this.#required('apiKey')}`;
  }

  #required(setting: 'managementApi' | 'queryApi' | 'gateway' | 'apiKey'): string {
    return this.settings[setting] ?? this.#missing(setting);
  }

  #missing(setting: string): never {
    throw CliError.usage(
      `The setting ${setting} is missing`,
      'Run npm start in the clone, put it into a profile of ~/.config/hercules/config.yaml, or set the HERCULES_ variable (README of apps/cli).',
    );
  }
}
