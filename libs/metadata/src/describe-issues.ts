import type { z } from 'zod';
import { stringifyJson } from './json.ts';

const MAX_ISSUES = 5;
const MAX_VALUE_LENGTH = 60;

/**
 * One line for all that a schema found wrong: the place, what was expected and what was there, e.g.
 * `partitions: expected a whole number from 1 to 99, got 100; filters[0].path: expected a string, got nothing`.
 */
export function describeIssues(error: z.core.$ZodError, root: unknown): string {
  const texts = error.issues.map(({ path, message }) => `${placeName(path)}: ${message}, got ${valueText(valueAt(root, path))}`);
  const shown = texts.slice(0, MAX_ISSUES);
  if (texts.length > shown.length) shown.push(`and ${texts.length - shown.length} more`);
  return shown.join('; ');
}

function placeName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'document';
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = stringifyJson(value) ?? String(value);
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}
