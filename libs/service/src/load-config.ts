import { readFileSync } from 'node:fs';
import { HerculesError } from '@hercules/protocol';
import { parse } from 'yaml';
import { z } from 'zod';
import { isTree, setAtPath, settingsOf, type Setting, unwrap, valueAtPath } from './config-tree.ts';

export interface ConfigSources {
  /** Arguments after the script's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig<T> {
  readonly config: T;
  readonly settings: readonly Setting[];
  readonly printConfig: boolean;
  readonly help: boolean;
}

/** Environment variables that begin like settings but are read by the tools around the apps. */
const FOREIGN_VARIABLES = /^HERCULES_(TEST|STACK|BENCH|WORKER)_/;

/**
 * Reads the settings: defaults < `--config` file (YAML) < environment < flags (`--kafka.brokers=…`, `--workers 2`).
 * @throws HerculesError BAD_CONFIG with one line that names setting, value, expectation and source
 */
export function loadConfig<S extends z.ZodObject>(schema: S, sources: ConfigSources): LoadedConfig<z.infer<S>> {
  const settings = settingsOf(schema);
  const flags = readFlags(sources.args, settings);
  const tree: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  if (flags.configFile !== undefined) readFile(flags.configFile, schema, tree, origins);
  readEnvironment(sources.env, settings, tree, origins);
  for (const { setting, text } of flags.values) put(tree, origins, setting, text, `flag --${setting.path}`);
  const result = schema.safeParse(tree);
  if (!result.success) throw invalid(result.error, tree, origins, settings);
  return { config: result.data, settings, printConfig: flags.printConfig, help: flags.help };
}

interface Flags {
  configFile: string | undefined;
  printConfig: boolean;
  help: boolean;
  values: { setting: Setting; text: string }[];
}

function readFlags(args: readonly string[], settings: readonly Setting[]): Flags {
  const flags: Flags = { configFile: undefined, printConfig: false, help: false, values: [] };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--print-config') flags.printConfig = true;
    else if (arg === '--help' || arg === '-h') flags.help = true;
    else {
      const match = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
      if (match === null) throw new HerculesError('BAD_CONFIG', `argument "${arg}": expected --setting=value; --help lists the settings`);
      const name = match[1]!;
      const setting = name === 'config' ? undefined : settings.find(({ path }) => path === name || kebab(path) === name);
      if (name !== 'config' && setting === undefined) {
        throw new HerculesError('BAD_CONFIG', `flag --${name}: no such setting; --help lists the settings`);
      }
      const isFlag = setting !== undefined && unwrap(setting.schema) instanceof z.ZodBoolean;
      const follows = args[i + 1];
      const text = match[2] ?? (isFlag && (follows === undefined || follows.startsWith('--')) ? 'true' : args[++i]);
      if (text === undefined) throw new HerculesError('BAD_CONFIG', `flag --${name}: expected a value`);
      if (setting === undefined) flags.configFile = text;
      else flags.values.push({ setting, text });
    }
  }
  return flags;
}

function kebab(path: string): string {
  return path
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('.', '-')
    .toLowerCase();
}

function readFile(file: string, schema: z.ZodObject, tree: Record<string, unknown>, origins: Map<string, string>): void {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new HerculesError('BAD_CONFIG', `--config ${file}: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
  if (content === null || content === undefined) return;
  if (!isTree(content)) throw new HerculesError('BAD_CONFIG', `--config ${file}: expected settings as "name: value"`);
  checkKeys(content, schema, '', file);
  Object.assign(tree, structuredClone(content));
  for (const { path } of settingsOf(schema)) if (valueAtPath(tree, path) !== undefined) origins.set(path, file);
}

function checkKeys(tree: Record<string, unknown>, schema: z.ZodObject, prefix: string, file: string): void {
  const shape = schema.shape as Record<string, z.ZodType>;
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const member = shape[key];
    if (member === undefined)
      throw new HerculesError('BAD_CONFIG', `setting "${path}" in ${file}: no such setting; --help lists the settings`);
    const inner = unwrap(member);
    if (inner instanceof z.ZodObject && isTree(value)) checkKeys(value, inner, path, file);
  }
}

function readEnvironment(
  env: ConfigSources['env'],
  settings: readonly Setting[],
  tree: Record<string, unknown>,
  origins: Map<string, string>,
): void {
  const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
  const sections = new Set(
    settings.filter(({ path }) => path.includes('.')).map(({ path }) => `HERCULES_${path.split('.')[0]!.toUpperCase()}_`),
  );
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith('HERCULES_') || FOREIGN_VARIABLES.test(name)) continue;
    const setting = byVariable.get(name);
    if (setting !== undefined) put(tree, origins, setting, text, `environment variable ${name}`);
    else if ([...sections].some((section) => name.startsWith(section))) {
      // One environment may serve several apps, so only a variable of a section that this app has can be known to be a mistake.
      throw new HerculesError('BAD_CONFIG', `environment variable ${name}: no such setting; --help lists the settings`);
    }
  }
}

function put(tree: Record<string, unknown>, origins: Map<string, string>, setting: Setting, text: string, origin: string): void {
  setAtPath(tree, setting.path, fromText(text, setting.schema));
  origins.set(setting.path, origin);
}

/** Turns text into what the schema takes; text that does not fit is left for the schema to refuse. */
function fromText(text: string, schema: z.ZodType): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodNumber) return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (inner instanceof z.ZodBoolean) return text === 'true' ? true : text === 'false' ? false : text;
  if (inner instanceof z.ZodArray) {
    if (text.trimStart().startsWith('[')) return fromJson(text);
    return text === '' ? [] : text.split(',').map((item) => fromText(item.trim(), inner.element as z.ZodType));
  }
  if (inner instanceof z.ZodUnion) {
    const number = Number(text);
    return text.trim() !== '' && Number.isFinite(number) && inner.safeParse(number).success ? number : text;
  }
  if (inner instanceof z.ZodString || inner instanceof z.ZodEnum || inner instanceof z.ZodLiteral) return text;
  return /^\s*[[{]/.test(text) ? fromJson(text) : text;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function invalid(error: z.ZodError, tree: unknown, origins: ReadonlyMap<string, string>, settings: readonly Setting[]): HerculesError {
  const issue = error.issues[0]!;
  const path = issue.path.map(String).join('.');
  const setting = settings.find((candidate) => path === candidate.path || path.startsWith(`${candidate.path}.`));
  const value = valueAtPath(tree, path) ?? (setting === undefined ? undefined : valueAtPath(tree, setting.path));
  const shown = value === undefined ? 'not set' : setting?.isSecret === true ? '***' : JSON.stringify(value);
  const origin = origins.get(setting?.path ?? path);
  const from = origin === undefined ? '' : ` from ${origin}`;
  return new HerculesError('BAD_CONFIG', `setting "${path}" = ${shown}${from}: ${issue.message.replace(/^Invalid input: /, '')}`);
}
