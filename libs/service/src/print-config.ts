import { stringify } from 'yaml';
import { masked } from './config-secrets.ts';
import { setAtPath, type Setting, type Tree, valueAt } from './config-tree.ts';
import { defaultOf, typeOf } from './config-table.ts';

/** The settings in force as YAML, secrets masked: what `--print-config` shows. Without the masks it can be given back by `--config`. */
export function printableConfig(config: object, settings: readonly Setting[]): string {
  const shown: Tree = {};
  for (const { path, schema } of settings) {
    const value = valueAt(config, path.split('.'));
    if (value !== undefined) setAtPath(shown, path, masked(schema, value));
  }
  return stringify(shown);
}

/** The settings for a terminal: what `--help` shows. */
export function helpText(name: string, description: string, settings: readonly Setting[]): string {
  const lines = settings.map((setting) => {
    const shown = defaultOf(setting);
    const about = 'value' in shown ? `default ${shown.value}` : shown.words === 'none' ? 'no default' : shown.words;
    return `  --${setting.path}=<${typeOf(setting.schema)}>  (${about})\n      ${setting.description}\n      ${setting.variable}`;
  });
  return [
    `${name}: ${description}`,
    '',
    'Options:',
    '  --config=<file>   settings from a YAML file; environment variables and flags override it',
    '  --print-config    show the settings in force as YAML, secrets masked, and exit',
    '  --help            show this and exit',
    '',
    'Settings: the flag, what it takes, its default, its meaning, its environment variable.',
    'Settings at the top level have a flag in kebab case too (--log-level).',
    '',
    ...lines,
    '',
  ].join('\n');
}
