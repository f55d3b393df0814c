import { z } from 'zod';
import { isSecret } from './config-schemas.ts';

/** One setting of a schema: where it stands and what it takes. */
export interface Setting {
  /** e.g. `kafka.brokers` */
  readonly path: string;
  /** Environment variable, e.g. `HERCULES_KAFKA_BROKERS`. */
  readonly variable: string;
  readonly schema: z.ZodType;
  readonly isSecret: boolean;
  readonly description: string;
}

/** The innermost schema below default, prefault, optional and nullable. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let current = schema;
  for (;;) {
    if (
      current instanceof z.ZodDefault ||
      current instanceof z.ZodPrefault ||
      current instanceof z.ZodOptional ||
      current instanceof z.ZodNullable ||
      current instanceof z.ZodReadonly
    ) {
      current = current.unwrap() as z.ZodType;
    } else if (current instanceof z.ZodPipe) current = current.out as z.ZodType;
    else return current;
  }
}

/** Every setting of an object schema, nested ones with dotted paths, in the schema's order. */
export function settingsOf(schema: z.ZodObject, prefix = ''): Setting[] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, member]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const inner = unwrap(member);
    if (inner instanceof z.ZodObject) return settingsOf(inner, path);
    return [{ path, variable: variableOf(path), schema: member, isSecret: hasSecret(member), description: descriptionOf(member) }];
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
  for (let current: z.ZodType | undefined = schema; current !== undefined; current = innerOf(current)) {
    if (current.description !== undefined) return current.description;
  }
  return '';
}

function hasSecret(schema: z.ZodType): boolean {
  for (let current: z.ZodType | undefined = schema; current !== undefined; current = innerOf(current)) if (isSecret(current)) return true;
  return false;
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  return 'unwrap' in schema && typeof schema.unwrap === 'function' ? (schema.unwrap() as z.ZodType) : undefined;
}

type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAtPath(tree: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isTree(at) ? at[key] : undefined), tree);
}

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
