import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeIssues } from '@hercules/metadata';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { findStackFile, readStackFile } from './repository-stack.ts';
import { type Settings, settingsSchema } from './settings.ts';

const fileSchema = z.strictObject({
  profile: z.string().optional().describe('Profile that is used unless another is asked for'),
  profiles: z.record(z.string(), settingsSchema),
});

/** Setting by environment variable; lists by commas, sinks as name=url. */
const VARIABLES: Readonly<Record<keyof Settings, string>> = {
  managementApi: 'HERCULES_MANAGEMENT_API',
  queryApi: 'HERCULES_QUERY_API',
  gateway: 'HERCULES_GATEWAY',
  sinks: 'HERCULES_SINKS',
  brokers: 'HERCULES_BROKERS',
  elasticsearch: 'HERCULES_ELASTICSEARCH',
  masterKey: 'HERCULES_MASTER_KEY',
  apiKey: 'HERCULES_API_KEY',
};

export interface SettingsSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The user's folder. */
  readonly home: string;
  /** --config */
  readonly configFile?: string | undefined;
  /** --profile */
  readonly profile?: string | undefined;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** Where they come from, for people. */
  readonly sources: readonly string[];
}

/**
 * Environment over the profile of the config file. The stack of the clone counts only when neither names an endpoint or a profile, so that
 * its keys never go to another's servers.
 * @throws CliError usage: what is wrong in which file or variable; never with the value of a key
 */
export function loadSettings({ env, cwd, home, configFile, profile }: SettingsSources): LoadedSettings {
  const fromEnvironment = readVariables(env);
  const file = configFile ?? env['HERCULES_CONFIG'] ?? join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'hercules', 'config.yaml');
  const isAskedFor = configFile !== undefined || env['HERCULES_CONFIG'] !== undefined;
  const sources: string[] = [];
  const wantedProfile = profile ?? env['HERCULES_PROFILE'];
  let base: Settings = {};
  if (isAskedFor || existsSync(file)) {
    const chosen = readProfile(file, wantedProfile);
    if (chosen !== undefined) {
      base = chosen.settings;
      sources.push(`profile ${chosen.name} of ${file}`);
    }
  } else if (wantedProfile !== undefined) {
    throw CliError.usage(`There is no profile "${wantedProfile}": ${file} is missing`, 'Name the file with --config.');
  }
  const namesServers = Object.keys(fromEnvironment).some((name) => name !== 'masterKey' && name !== 'apiKey');
  if (sources.length === 0 && !namesServers) {
    const stackFile = findStackFile(cwd);
    if (stackFile !== undefined) {
      try {
        base = readStackFile(stackFile);
      } catch {
        throw CliError.usage(`${stackFile} is not what npm start writes`, 'Run npm start again, or name the endpoints in a config file.');
      }
      sources.push(stackFile);
    }
  }
  if (Object.keys(fromEnvironment).length > 0) sources.push('environment');
  return { settings: { ...base, ...fromEnvironment }, sources };
}

function readProfile(file: string, wanted: string | undefined): { name: string; settings: Settings } | undefined {
  let document: unknown;
  try {
    document = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    // The parser's message shows the lines, which may hold keys.
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is no YAML';
    throw CliError.usage(`${file} cannot be read: ${reason}`);
  }
  const result = fileSchema.safeParse(document);
  if (!result.success) throw CliError.usage(`${file} is wrong: ${result.error.issues.map(issueText).join('; ')}`);
  const { profile, profiles } = result.data;
  const names = Object.keys(profiles);
  const name = wanted ?? profile ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) return undefined;
  const settings = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (settings === undefined) throw CliError.usage(`${file} has no profile "${name}"`, `It has: ${names.join(', ') || 'none'}.`);
  return { name, settings };
}

/** Without the value, which may be a key. */
function issueText({ path, message }: { path: PropertyKey[]; message: string }): string {
  return `${path.map(String).join('.') || 'document'}: ${message}`;
}

function readVariables(env: SettingsSources['env']): Settings {
  const found = Object.fromEntries(
    Object.entries(VARIABLES).flatMap(([setting, variable]) => {
      const text = env[variable];
      return text === undefined || text === '' ? [] : [[setting, fromText(setting, text)]];
    }),
  );
  const result = settingsSchema.safeParse(found);
  if (result.success) return result.data;
  const place = result.error.issues[0]!.path[0] as keyof Settings;
  const isSecret = place === 'masterKey' || place === 'apiKey';
  const reason = isSecret ? result.error.issues[0]!.message : describeIssues(result.error, found);
  throw CliError.usage(`Environment variable ${VARIABLES[place]} is wrong: ${reason}`);
}

function fromText(setting: string, text: string): unknown {
  if (setting === 'brokers') return text.split(',').map((item) => item.trim());
  if (setting !== 'sinks') return text;
  return Object.fromEntries(
    text.split(',').map((item) => {
      const at = item.indexOf('=');
      return [item.slice(0, Math.max(at, 0)).trim(), item.slice(at + 1).trim()];
    }),
  );
}
