import { stringify } from 'yaml';
import { setAtPath, type Setting, unwrap, valueAtPath } from './config-tree.ts';
import { z } from 'zod';

const MASK = '***';

/** The settings in force as YAML, secrets masked: what `--print-config` shows. It can be given back by `--config`. */
export function printableConfig(config: object, settings: readonly Setting[]): string {
  const shown: Record<string, unknown> = {};
  for (const { path, isSecret } of settings) {
    const value = valueAtPath(config, path);
    if (value === undefined) continue;
    setAtPath(shown, path, isSecret ? (Array.isArray(value) ? value.map(() => MASK) : MASK) : value);
  }
  return stringify(shown);
}

/** The settings as a Markdown table, for the app's README. */
export function renderConfigTable(settings: readonly Setting[]): string {
  const rows = settings.map(
    (setting) => `| \`${setting.path}\` | \`${setting.variable}\` | ${defaultOf(setting)} | ${escapeCell(setting.description)} |`,
  );
  return ['| setting | environment variable | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** The settings for a terminal: what `--help` shows. */
export function helpText(name: string, description: string, settings: readonly Setting[]): string {
  const lines = settings.map(
    (setting) =>
      `  --${setting.path}=…  (${defaultOf(setting).replaceAll('`', '')})\n      ${setting.description}\n      ${setting.variable}`,
  );
  return [
    `${name}: ${description}`,
    '',
    'Options:',
    '  --config FILE     settings from a YAML file; environment variables and flags override it',
    '  --print-config    show the settings in force, secrets masked, and exit',
    '  --help            show this and exit',
    '',
    'Settings:',
    ...lines,
    '',
  ].join('\n');
}

function defaultOf({ schema, isSecret, path }: Setting): string {
  if (path === 'instanceId') return 'host name and pid';
  const result = schema.safeParse(undefined);
  if (!result.success) return 'required';
  if (result.data === undefined) return 'none';
  if (isSecret) return 'none';
  const inner = unwrap(schema);
  return `\`${inner instanceof z.ZodArray || typeof result.data === 'object' ? JSON.stringify(result.data) : String(result.data)}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
