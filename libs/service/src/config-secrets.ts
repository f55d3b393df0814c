import { z } from 'zod';

const SECRET = 'secret';
const MASK = '***';

/** Marks a setting whose value is never printed or logged. `.meta({ secret: true })` does the same where this package cannot be used. */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ [SECRET]: true }) as S;
}

/** Whether a value of this schema is a secret or has one in it. */
export function containsSecret(schema: z.ZodType): boolean {
  return isSecret(schema) || partsOf(schema).some(containsSecret);
}

/** A copy of the value with every secret replaced by `***`, and the passwords in URLs; lists of secrets keep their length. */
export function masked(schema: z.ZodType, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (!containsSecret(schema)) return withoutUrlPasswords(value);
  if (isSecret(schema)) return Array.isArray(value) ? value.map(() => MASK) : MASK;
  if (schema instanceof z.ZodObject && typeof value === 'object') {
    const shape = schema.shape as Record<string, z.ZodType>;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape[key] ? masked(shape[key], member) : member]));
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => masked(schema.element as z.ZodType, item));
  if (schema instanceof z.ZodRecord && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, masked(schema.valueType as z.ZodType, member)]));
  }
  if (schema instanceof z.ZodUnion) {
    const option = (schema.options as z.ZodType[]).find((candidate) => candidate.safeParse(value).success);
    return option === undefined ? MASK : masked(option, value);
  }
  const [only, ...others] = partsOf(schema);
  // A kind of schema that is not known here is hidden as a whole.
  return only !== undefined && others.length === 0 ? masked(only, value) : MASK;
}

function withoutUrlPasswords(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/(\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${MASK}@`);
  if (Array.isArray(value)) return value.map(withoutUrlPasswords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutUrlPasswords(member)]));
}

function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.[SECRET] === true;
}

function partsOf(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodObject) return Object.values(schema.shape as Record<string, z.ZodType>);
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodType];
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
  if (schema instanceof z.ZodUnion) return schema.options as z.ZodType[];
  if (schema instanceof z.ZodPipe)
    return [schema.in as z.ZodType, schema.out as z.ZodType].filter((part) => !(part instanceof z.ZodTransform));
  if ('unwrap' in schema && typeof schema.unwrap === 'function') return [schema.unwrap() as z.ZodType];
  return [];
}
