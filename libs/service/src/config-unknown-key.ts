import { z } from 'zod';
import { isTree, unwrap } from './config-tree.ts';

/** The path of the first key that the schema does not know, also inside lists; undefined when it knows them all. */
export function findUnknownKey(schema: z.ZodType, value: unknown, path: readonly PropertyKey[] = []): readonly PropertyKey[] | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject && isTree(value)) {
    const shape = inner.shape as Record<string, z.ZodType>;
    return firstOf(Object.entries(value), ([key, member]) => {
      if (!Object.hasOwn(shape, key)) return [...path, key];
      return findUnknownKey(shape[key]!, member, [...path, key]);
    });
  }
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return firstOf(value.entries(), ([i, item]) => findUnknownKey(inner.element as z.ZodType, item, [...path, i]));
  }
  if (inner instanceof z.ZodRecord && isTree(value)) {
    return firstOf(Object.entries(value), ([key, member]) => findUnknownKey(inner.valueType as z.ZodType, member, [...path, key]));
  }
  if (inner instanceof z.ZodUnion) {
    const option = (inner.options as z.ZodType[]).find((candidate) => candidate.safeParse(value).success);
    return option === undefined ? undefined : findUnknownKey(option, value, path);
  }
  return undefined;
}

function firstOf<T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
