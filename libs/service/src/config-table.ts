import { z } from 'zod';
import { isJson } from './config-text.ts';
import { type Setting, settingsOf, unwrap } from './config-tree.ts';

/** The settings of a schema as a Markdown table for the app's README. Units stand in the names and the meanings. */
export function renderConfigTable(schema: z.ZodObject | readonly Setting[]): string {
  const settings = schema instanceof z.ZodObject ? settingsOf(schema) : schema;
  const rows = settings.map((setting) => {
    const shownDefault = defaultOf(setting);
    const cells = [
      code(setting.path),
      code(setting.variable),
      typeOf(setting.schema),
      'value' in shownDefault ? code(shownDefault.value) : shownDefault.words,
      setting.description,
    ];
    return `| ${cells.map(escapeCell).join(' | ')} |`;
  });
  return ['| setting | environment variable | type | default | meaning |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** What a setting takes, in words, e.g. `integer 0 to 65535`. */
export function typeOf(schema: z.ZodType): string {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodNumber) return numberType(inner);
  if (inner instanceof z.ZodBoolean) return 'true or false';
  if (inner instanceof z.ZodEnum) return inner.options.join(', ').replace(/, ([^,]*)$/, ' or $1');
  if (inner instanceof z.ZodLiteral) return [...inner.values].map(String).join(' or ');
  if (inner instanceof z.ZodArray)
    return isJson(inner.element as z.ZodType) ? 'list of objects (JSON)' : `list of ${typeOf(inner.element as z.ZodType)}`;
  if (isJson(inner)) return 'object (JSON)';
  if (inner instanceof z.ZodUnion) return (inner.options as z.ZodType[]).map(typeOf).join(' or ');
  return inner instanceof z.ZodURL ? 'URL' : 'text';
}

function numberType(schema: z.ZodNumber): string {
  const name = schema.format?.includes('int') === true ? 'integer' : 'number';
  const { minValue: min, maxValue: max } = schema;
  const hasMin = min !== null && min > Number.MIN_SAFE_INTEGER;
  const hasMax = max !== null && max < Number.MAX_SAFE_INTEGER;
  if (hasMin && hasMax) return `${name} ${min} to ${max}`;
  if (hasMin) return `${name} from ${min}`;
  return hasMax ? `${name} to ${max}` : name;
}

/** The default of a setting as one would write it, or in words why it has none. */
export function defaultOf(setting: Setting): { readonly value: string } | { readonly words: string } {
  const { schema, isSecret, path, optionalSection } = setting;
  if (path === 'instanceId') return { words: 'host name and process id' };
  const result = schema.safeParse(undefined);
  if (!result.success) return { words: optionalSection === undefined ? 'required' : `required with ${optionalSection}` };
  const value: unknown = result.data;
  if (value === undefined || isSecret) return { words: 'none' };
  if (value === '' || (Array.isArray(value) && value.length === 0)) return { words: 'empty' };
  if (Array.isArray(value) && !isJson(schema) && value.every((item) => typeof item !== 'object')) return { value: value.join(',') };
  return { value: typeof value === 'object' ? JSON.stringify(value) : String(value) };
}

function code(text: string): string {
  return `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
