import { z } from 'zod';
import { containsSecret } from './config-secrets.ts';

/** One setting of a schema: where it stands and what it takes. */
export interface Setting {
  /** e.g. `kafka.brokers` */
  readonly path: string;
  /** Environment variable, e.g. `HERCULES_KAFKA_BROKERS`. */
  readonly variable: string;
  readonly schema: z.ZodType;
  /** The value, or a part of it, is never shown. */
  readonly isSecret: boolean;
  readonly description: string;
  /** The section around it that may be left out, e.g. `http.tls`; undefined when there is none. */
  readonly optionalSection: string | undefined;
}

/** The innermost schema below default, prefault, optional, nullable, lazy and transformations: what a person writes down. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let current = schema;
  for (;;) {
    if (
      current instanceof z.ZodDefault ||
      current instanceof z.ZodPrefault ||
      current instanceof z.ZodOptional ||
      current instanceof z.ZodNullable ||
      current instanceof z.ZodReadonly ||
      current instanceof z.ZodLazy
    ) {
      current = current.unwrap() as z.ZodType;
    } else if (current instanceof z.ZodPipe) {
      current = (current.in instanceof z.ZodTransform ? current.out : current.in) as z.ZodType;
    } else return current;
  }
}

/** Every setting of an object schema, nested ones with dotted paths, in the schema's order. */
export function settingsOf(schema: z.ZodObject): Setting[] {
  return membersOf(schema, '', undefined);
}

function membersOf(schema: z.ZodObject, prefix: string, optionalSection: string | undefined): Setting[] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, member]) => {
    const path = prefix + key;
    const inner = unwrap(member);
    if (inner instanceof z.ZodObject) {
      const result = member.safeParse(undefined);
      return membersOf(inner, `${path}.`, result.success && result.data === undefined ? path : optionalSection);
    }
    const isSecret = containsSecret(member);
    return [{ path, variable: variableOf(path), schema: member, isSecret, description: descriptionOf(member), optionalSection }];
  });
}

/** `kafka.maxBytes` → `HERCULES_KAFKA_MAX_BYTES` */
export function variableOf(path: string): string {
  return `HERCULES_${path
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

function descriptionOf(schema: z.ZodType): string {
  let current: z.ZodType | undefined = schema;
  while (current !== undefined) {
    if (current.description !== undefined) return current.description;
    current = 'unwrap' in current && typeof current.unwrap === 'function' ? (current.unwrap() as z.ZodType) : undefined;
  }
  return '';
}

export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of keys and list positions; undefined when there is none. */
export function valueAt(tree: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    tree,
  );
}

/** Sets the value of a setting, making the sections around it. */
export function setAtPath(tree: Tree, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = tree;
  for (const key of keys) {
    const next = at[key];
    at = isTree(next) ? next : (at[key] = {});
  }
  at[last] = value;
}
