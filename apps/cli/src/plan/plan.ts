import { describeIssues, filterListSchema, parseJson, RULE_PATTERN, streamSchema, timelineSchema } from '@hercules/metadata';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { shownKey } from '../commands/key-argument.ts';
import { parseRights } from '../commands/rights.ts';
import { parseDuration } from '../output/duration.ts';

const positive = z.number().int().min(1, { error: 'expected a whole number, 1 or more' });
const pattern = z.string().regex(RULE_PATTERN, 'expected a pattern of a–z, 0–9, _, * and ?');

const planSchema = z.strictObject({
  streams: z.array(streamSchema).default([]),
  timelines: z.array(timelineSchema).default([]),
  rules: z.array(z.strictObject({ key: z.string(), pattern, rights: z.string() })).default([]),
  quotas: z
    .array(
      z.strictObject({
        key: z.string(),
        pattern,
        eventsPerSecond: positive.optional(),
        bytesPerSecond: positive.optional(),
        burstSeconds: positive.optional(),
      }),
    )
    .default([]),
  validations: z.array(z.strictObject({ key: z.string(), stream: z.string(), filters: filterListSchema })).default([]),
});

/** What is to be, as one file. Keys are in their listed form. */
export type Plan = z.infer<typeof planSchema>;

const DURATIONS = ['ttl', 'timetrapSize'];
const STREAM_FIELDS = ['type', 'name', 'partitions', 'shardingKey', 'ttl', 'description', 'streams', 'filters'];
const TIMELINE_FIELDS = ['name', 'slices', 'shardingKey', 'ttl', 'timetrapSize', 'streams', 'filters', 'description'];

/**
 * Reads a plan: YAML or JSON. Durations may be texts such as 7d; `type` of a stream is base unless it has `streams`; `${NAME}` in a key is
 * that environment variable, because a plan stands in a repository and a key must not.
 * @throws CliError usage: what is wrong, where
 */
export function parsePlan(text: string, env: Readonly<Record<string, string | undefined>>, file: string): Plan {
  let document: unknown;
  try {
    // YAML's numbers lose digits above 2^53, JSON's do not here.
    document = text.trimStart().startsWith('{') ? parseJson(text) : parseYaml(text, { maxAliasCount: 100 });
  } catch (error) {
    throw CliError.usage(`${file} cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  const prepared = prepare(document, file);
  const result = planSchema.safeParse(prepared);
  if (!result.success) throw CliError.usage(`${file} is wrong: ${describeIssues(result.error, withoutKeys(prepared))}`);
  const plan = result.data;
  const keyed = <T extends { readonly key: string }>(list: readonly T[], name: string): T[] =>
    list.map((item, index) => ({ ...item, key: planKey(item.key, env, `${file}: ${name}[${index}].key`) }));
  const read: Plan = {
    ...plan,
    rules: keyed(plan.rules, 'rules').map((rule) => ({ ...rule, rights: parseRights(rule.rights) })),
    quotas: keyed(plan.quotas, 'quotas'),
    validations: keyed(plan.validations, 'validations'),
  };
  refuseTwice(read, file);
  return read;
}

function prepare(document: unknown, file: string): unknown {
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    throw CliError.usage(`${file} is no plan`, 'Expected an object with some of streams, timelines, rules, quotas and validations.');
  const { streams, timelines, ...rest } = document as Record<string, unknown>;
  return {
    ...rest,
    ...(streams === undefined ? {} : { streams: mapObjects(streams, (item) => prepareItem(item, STREAM_FIELDS, file, true)) }),
    ...(timelines === undefined ? {} : { timelines: mapObjects(timelines, (item) => prepareItem(item, TIMELINE_FIELDS, file, false)) }),
  };
}

function mapObjects(list: unknown, change: (item: Record<string, unknown>) => unknown): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((item: unknown) => (item !== null && typeof item === 'object' ? change(item as Record<string, unknown>) : item));
}

/** The schemas of the API drop what they do not know; in a plan that is a slip of the pen. */
function prepareItem(item: Record<string, unknown>, fields: readonly string[], file: string, isStream: boolean): unknown {
  const unknown = Object.keys(item).filter((field) => !fields.includes(field));
  if (unknown.length > 0)
    throw CliError.usage(`${file}: ${String(item['name'])} has no setting "${unknown[0]}"`, `There are: ${fields.join(', ')}.`);
  const durations = Object.entries(item).map(([field, value]) =>
    DURATIONS.includes(field) && typeof value === 'string' ? [field, parseDuration(value)] : [field, value],
  );
  const type = 'streams' in item ? 'derived' : 'base';
  return { ...(isStream ? { type } : {}), ...(Object.fromEntries(durations) as object) };
}

function planKey(text: string, env: Readonly<Record<string, string | undefined>>, place: string): string {
  const [, name] = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(text) ?? [];
  const key = name === undefined ? text : env[name];
  if (key === undefined || key === '') throw CliError.usage(`${place}: the environment variable ${name} is not set`);
  try {
    return shownKey(key);
  } catch {
    throw CliError.usage(`${place} is no API key`, 'Give it as hercules key list shows it, or as ${NAME} of an environment variable.');
  }
}

function withoutKeys(document: unknown): unknown {
  return JSON.parse(
    JSON.stringify(document, (name, value: unknown) => (name === 'key' ? '***' : typeof value === 'bigint' ? String(value) : value)),
  );
}

function refuseTwice({ streams, timelines, rules, quotas, validations }: Plan, file: string): void {
  const seen = new Set<string>();
  const ids = [
    ...streams.map(({ name }) => `stream ${name}`),
    ...timelines.map(({ name }) => `timeline ${name}`),
    ...rules.map(({ key, pattern }) => `rule ${key} ${pattern}`),
    ...quotas.map(({ key, pattern }) => `quota ${key} ${pattern}`),
    ...validations.map(({ key, stream }) => `validation ${key} ${stream}`),
  ];
  for (const id of ids) {
    if (seen.has(id)) throw CliError.usage(`${file} has ${id} twice`);
    seen.add(id);
  }
}
