import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';

/** A query parameter: how its text is checked and turned into a value, and what is said about it in /openapi.json. */
export interface Parameter<T> {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** Numbers, enumerations and patterns take an empty value for a missing one; plain strings do not (apis §1). */
  readonly emptyIsMissing: boolean;
  readonly schema: z.ZodType<T, string>;
  /** Error texts do not repeat the value. */
  readonly secret?: boolean;
}

interface Common {
  readonly description: string;
  readonly required?: boolean;
}

/** A plain string, which may be empty. */
export function textParameter(name: string, options: Common & { maxLength?: number }): Parameter<string> {
  const { maxLength, description, required = true } = options;
  const schema =
    maxLength === undefined ? z.string() : z.string().max(maxLength, { error: `expected a text of at most ${maxLength} characters` });
  return { name, description, required, emptyIsMissing: false, schema };
}

/** A string of a certain form. `expected` completes the sentence "expected …". */
export function patternParameter(name: string, pattern: RegExp, options: Common & { expected: string }): Parameter<string> {
  const { expected, description, required = true } = options;
  return { name, description, required, emptyIsMissing: true, schema: z.string().regex(pattern, { error: `expected ${expected}` }) };
}

/** A whole number within bounds, both inclusive. `expected` completes the sentence "expected …". */
export function integerParameter(
  name: string,
  options: Common & { expected: string; minimum: number; maximum?: number },
): Parameter<number> {
  const { expected, minimum, maximum = Number.MAX_SAFE_INTEGER, description, required = true } = options;
  const error = `expected ${expected}`;
  const schema = z
    .string()
    .regex(/^[+-]?\d{1,19}$/, { error })
    .transform(Number)
    .pipe(z.number().int({ error }).min(minimum, { error }).max(maximum, { error }));
  return { name, description, required, emptyIsMissing: true, schema };
}

/** Reads a parameter; undefined if it is missing. Throws INVALID_ARGUMENT that names the parameter, the value and what was expected. */
export function readOptional<T>(query: ReadonlyMap<string, string>, parameter: Parameter<T>): T | undefined {
  const text = query.get(parameter.name);
  if (text === undefined || (text === '' && parameter.emptyIsMissing)) return undefined;
  const result = parameter.schema.safeParse(text);
  if (result.success) return result.data;
  const { message } = result.error.issues[0]!;
  throw badParameter(parameter.name, parameter.secret ? message : `${message}, got ${JSON.stringify(shortened(text))}`);
}

/** Reads a parameter that must be there. Throws INVALID_ARGUMENT. */
export function readRequired<T>(query: ReadonlyMap<string, string>, parameter: Parameter<T>): T {
  const value = readOptional(query, parameter);
  if (value === undefined) throw badParameter(parameter.name, 'it is required and missing');
  return value;
}

/** The parameters of a query string; of a repeated one the first counts (apis §1). */
export function parseQuery(queryString: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(queryString)) {
    if (!query.has(name)) query.set(name, value);
  }
  return query;
}

function badParameter(name: string, reason: string): HerculesError {
  return new HerculesError('INVALID_ARGUMENT', `Query parameter '${name}' is invalid: ${reason}`);
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
