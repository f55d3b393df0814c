import { z } from 'zod';

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

/** A 64-bit integer; a bigint where a double would lose digits (see json.ts). */
export type LongValue = number | bigint;

function isLong(value: unknown): boolean {
  if (typeof value === 'bigint') return value >= MIN_LONG && value <= MAX_LONG;
  return Number.isSafeInteger(value);
}

const longSchema = z.custom<LongValue>(isLong, { error: 'expected a 64-bit integer' }).meta({ type: 'integer', format: 'int64' });
const textSchema = z.string({ error: 'expected a string' });
const flagSchema = z.boolean({ error: 'expected true or false' });

/** What a filter asks of the value at its path (model §3). Numbers are compared across Byte, Short, Integer and Long. */
export type Condition =
  | { type: 'exist' }
  | { type: 'string_equality'; value: string }
  | { type: 'starts_with'; value: string }
  | { type: 'numerical_equality'; value: LongValue }
  | { type: 'range'; left: LongValue; right: LongValue; inclusiveLeft: boolean; inclusiveRight: boolean }
  | { type: 'negate'; condition: Condition };

const NOT_A_CONDITION = "expected a condition with a 'type' of exist, string_equality, starts_with, numerical_equality, range or negate";

/** Schema of a condition; unknown properties are dropped. */
export const conditionSchema: z.ZodType<Condition> = z
  .discriminatedUnion(
    'type',
    [
      z.object({ type: z.literal('exist') }).describe('The tag is there, be it Null'),
      z.object({ type: z.literal('string_equality'), value: textSchema }).describe('The tag is a String with these bytes'),
      z.object({ type: z.literal('starts_with'), value: textSchema }).describe('The tag is a String that begins with these bytes'),
      z.object({ type: z.literal('numerical_equality'), value: longSchema }).describe('The tag is an integer of any width and equal'),
      z
        .object({
          type: z.literal('range'),
          left: longSchema,
          right: longSchema,
          inclusiveLeft: flagSchema.default(false),
          inclusiveRight: flagSchema.default(false),
        })
        .describe('The tag is an integer of any width within the bounds'),
      z
        .object({
          type: z.literal('negate'),
          get condition(): z.ZodType<Condition> {
            return conditionSchema;
          },
        })
        .describe('The inner condition does not pass'),
    ],
    { error: NOT_A_CONDITION },
  )
  .meta({ id: 'Condition' });
