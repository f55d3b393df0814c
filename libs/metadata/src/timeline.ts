import { z } from 'zod';
import { newNameSchema } from './name.ts';
import { descriptionSchema, nullableFiltersSchema, shardingKeySchema, sourceStreamsSchema } from './stream.ts';

const wholeNumberFrom = (minimum: number, what: string) => {
  const error = `expected ${what}`;
  return z
    .number({ error })
    .refine(Number.isSafeInteger, { error })
    .pipe(z.number().min(minimum, { error }))
    .meta({ type: 'integer', minimum });
};

/** How long a timeline keeps events, in ms: at least 1000, because the table counts in whole seconds. */
export const timelineTtlSchema = wholeNumberFrom(1000, 'a whole number of milliseconds, 1000 or more').describe(
  'How long events are kept, in ms',
);

/** Schema of a timeline with the rules of creation, those that the original lacks included (model §2). */
export const timelineSchema = z
  .object(
    {
      name: newNameSchema,
      slices: wholeNumberFrom(1, 'a whole number, 1 or more').describe('Number of storage shards'),
      shardingKey: shardingKeySchema.describe('Paths of the tags whose values decide the slice; empty: random'),
      ttl: timelineTtlSchema,
      timetrapSize: wholeNumberFrom(1, 'a whole number of milliseconds, 1 or more').describe('Width of a bucket of time, in ms'),
      streams: sourceStreamsSchema.describe('Streams that it stores'),
      filters: nullableFiltersSchema.describe('What an event must satisfy to be stored'),
      description: descriptionSchema.nullish(),
    },
    { error: 'expected a timeline: a JSON object' },
  )
  .meta({ id: 'Timeline' });

/** A time-ordered store of the events of some streams, in one table of the same name. */
export type Timeline = z.infer<typeof timelineSchema>;
