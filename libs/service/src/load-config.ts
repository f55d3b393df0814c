import { HerculesError } from '@hercules/protocol';
import type { z } from 'zod';
import { readEnvironment } from './config-environment.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { readFlags } from './config-flags.ts';
import { masked } from './config-secrets.ts';
import { fromText } from './config-text.ts';
import { setAtPath, type Setting, settingsOf, type Tree, valueAt } from './config-tree.ts';
import { findUnknownKey } from './config-unknown-key.ts';

export interface ConfigSources {
  /** Arguments after the script's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What an app is asked to do: to run with these settings, to show them, or to show its help. */
export type LoadedConfig<T> =
  | { readonly task: 'help'; readonly settings: readonly Setting[] }
  | {
      readonly task: 'run' | 'print';
      readonly settings: readonly Setting[];
      readonly config: T;
      /** HERCULES_ variables that are nothing to this app. */
      readonly ignoredVariables: readonly string[];
    };

/** Longest value that an error shows, in characters. */
const SHOWN_LENGTH = 100;

/**
 * Reads the settings: defaults < `--config` file (YAML) < environment < flags (docs/components.md, rules C-1 to C-9).
 * @throws HerculesError BAD_CONFIG with one line that names setting, value (masked if it is a secret), source and expectation
 */
export function loadConfig<S extends z.ZodObject>(schema: S, { args, env }: ConfigSources): LoadedConfig<z.infer<S>> {
  const settings = settingsOf(schema);
  const flags = readFlags(args, settings);
  if (flags.help) return { task: 'help', settings };
  const given = new GivenSettings(settings, flags.configFile === undefined ? undefined : readConfigFile(flags.configFile));
  const environment = readEnvironment(env, settings);
  given.refuseUnknown(schema);
  for (const { setting, text, origin } of [...environment.values, ...flags.values]) given.putText(setting, text, origin);
  given.refuseUnknown(schema);
  const result = schema.safeParse(given.tree);
  if (!result.success) throw given.error(result.error.issues[0]!);
  return { task: flags.printConfig ? 'print' : 'run', settings, config: result.data, ignoredVariables: environment.ignored };
}

/** The values given by file, environment and flags, and from where each has come. */
class GivenSettings {
  readonly tree: Tree;
  readonly #settings: readonly Setting[];
  readonly #file: ConfigFile | undefined;
  readonly #origins = new Map<string, string>();

  constructor(settings: readonly Setting[], file: ConfigFile | undefined) {
    this.#settings = settings;
    this.#file = file;
    this.tree = file === undefined ? {} : structuredClone(file.tree);
  }

  putText(setting: Setting, text: string, origin: string): void {
    this.#origins.set(setting.path, origin);
    let value: unknown = text;
    try {
      value = fromText(text, setting.schema);
    } catch (error) {
      if (!(error instanceof HerculesError)) throw error;
      setAtPath(this.tree, setting.path, text);
      throw this.error({ path: setting.path.split('.'), message: error.message });
    }
    setAtPath(this.tree, setting.path, value);
  }

  refuseUnknown(schema: z.ZodType): void {
    const path = findUnknownKey(schema, this.tree);
    if (path === undefined) return;
    const origin = this.#originOf(path);
    throw new HerculesError(
      'BAD_CONFIG',
      `setting "${path.join('.')}" from ${origin}: there is no such setting; --help lists the settings`,
    );
  }

  error(issue: Pick<z.core.$ZodIssue, 'path' | 'message'>): HerculesError {
    const { path } = issue;
    if (path.length === 0) return new HerculesError('BAD_CONFIG', oneLine(`settings: ${expectation(issue)}`));
    const value = valueAt(this.tree, path);
    const origin = this.#originOf(path);
    const variable = this.#settingOf(path)?.variable;
    const missing = variable === undefined ? ' is not set' : ` is not set (environment variable ${variable})`;
    const shown = value === undefined ? missing : ` = ${this.#shown(path, value)}`;
    const from = origin === undefined ? '' : ` from ${origin}`;
    return new HerculesError('BAD_CONFIG', oneLine(`setting "${path.join('.')}"${shown}${from}: ${expectation(issue)}`));
  }

  #shown(path: readonly PropertyKey[], value: unknown): string {
    const prefix = `${path.join('.')}.`;
    const setting = this.#settingOf(path);
    const isSecret = setting?.isSecret ?? this.#settings.some((other) => other.isSecret && other.path.startsWith(prefix));
    if (isSecret) return '***';
    const text = JSON.stringify(setting === undefined ? value : masked(setting.schema, value));
    return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  }

  #settingOf(path: readonly PropertyKey[]): Setting | undefined {
    const text = path.join('.');
    return this.#settings.find((setting) => text === setting.path || text.startsWith(`${setting.path}.`));
  }

  #originOf(path: readonly PropertyKey[]): string | undefined {
    const setting = this.#settingOf(path);
    const origin = setting === undefined ? undefined : this.#origins.get(setting.path);
    if (origin !== undefined) return origin;
    return this.#file === undefined || valueAt(this.#file.tree, path.slice(0, 1)) === undefined ? undefined : this.#file.where(path);
  }
}

/** What was expected, from the words of zod. */
function expectation(issue: Pick<z.core.$ZodIssue, 'message'> & { errors?: z.core.$ZodIssue[][] }): string {
  const nested =
    issue.message === 'Invalid input' ? (issue.errors ?? []).flatMap(([first]) => (first === undefined ? [] : [first.message])) : [];
  const text = (nested.length > 0 ? nested.join(', or ') : issue.message).replaceAll('Invalid input: ', '');
  return text.includes('expected') ? text : `expected something else: ${text}`;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
