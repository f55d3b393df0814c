import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';
import { unwrap } from './config-tree.ts';

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * Turns the text of an environment variable or a flag into what the schema takes: numbers, `true` and `false`, lists separated by commas, JSON for lists of
 * objects and for objects. Text that does not fit is returned as it is, for the schema to refuse.
 * @throws HerculesError BAD_CONFIG when JSON is expected and the text is none
 */
export function fromText(text: string, schema: z.ZodType): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodNumber) return NUMBER.test(text) ? Number(text) : text;
  if (inner instanceof z.ZodBoolean) return text === 'true' ? true : text === 'false' ? false : text;
  if (inner instanceof z.ZodArray) {
    const element = unwrap(inner.element as z.ZodType);
    if (isJson(element) || text.startsWith('[')) return fromJson(text, 'list');
    return text === '' ? [] : text.split(',').map((item) => fromText(item.trim(), element));
  }
  if (inner instanceof z.ZodUnion && !isJson(inner)) {
    // The first reading that the schema takes: `auto` and `4` are both workers.
    const readings = (inner.options as z.ZodType[]).map((option) => fromText(text, option));
    return readings.find((reading) => inner.safeParse(reading).success) ?? text;
  }
  return isJson(inner) ? fromJson(text, 'object') : text;
}

/** Whether values of this schema are written as JSON where there is only text. */
export function isJson(schema: z.ZodType): boolean {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodUnion) return (inner.options as z.ZodType[]).some(isJson);
  return inner instanceof z.ZodObject || inner instanceof z.ZodRecord || inner instanceof z.ZodTuple;
}

function fromJson(text: string, expected: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HerculesError('BAD_CONFIG', `expected a JSON ${expected}`);
  }
}
