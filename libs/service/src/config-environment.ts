import { HerculesError } from '@hercules/protocol';
import { type Setting, variableOf } from './config-tree.ts';

export interface EnvironmentSettings {
  readonly values: { readonly setting: Setting; readonly text: string; readonly origin: string }[];
  /** Variables that begin with HERCULES_ and are nothing to this app. */
  readonly ignored: string[];
}

/** Variables of the tools around the apps, those by which a primary process tells its workers who they are, and the commit that /about shows. */
const FOREIGN = /^HERCULES_((TEST|STACK|BENCH|WORKER)_|COMMIT_ID$)/;

/**
 * Finds the settings among the environment variables. One environment may serve several apps, so a variable that is no setting is left alone unless it
 * begins like a section that this app has (`HERCULES_KAFKA_…`): then it is a mistake.
 * @throws HerculesError BAD_CONFIG
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, settings: readonly Setting[]): EnvironmentSettings {
  const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
  const sections = new Set(settings.filter(({ path }) => path.includes('.')).map(({ path }) => `${variableOf(path.split('.', 1)[0]!)}_`));
  const found: EnvironmentSettings = { values: [], ignored: [] };
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith('HERCULES_') || FOREIGN.test(name)) continue;
    const setting = byVariable.get(name);
    if (setting !== undefined) found.values.push({ setting, text, origin: `environment variable ${name}` });
    else if ([...sections].some((section) => name.startsWith(section))) {
      throw new HerculesError('BAD_CONFIG', `environment variable ${name}: there is no such setting; --help lists the settings`);
    } else found.ignored.push(name);
  }
  return found;
}
