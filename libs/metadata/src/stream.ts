import { HASH_ALGORITHMS } from '@hercules/protocol';
import { z } from 'zod';
import { filterListSchema, hpathSchema, type Filter } from './filter.ts';
import { nameSchema, newNameSchema } from './name.ts';

const wholeNumber = (expected: string) => z.number({ error: expected }).refine(Number.isSafeInteger, { error: expected });

/** Partitions of a stream: 1 to 99 (the original's half-open range). */
export const partitionsSchema = wholeNumber('expected a whole number from 1 to 99')
  .pipe(z.number().min(1, { error: 'expected a whole number from 1 to 99' }).max(99, { error: 'expected a whole number from 1 to 99' }))
  .meta({ type: 'integer', minimum: 1, maximum: 99 });

/** How long events are kept, in ms; becomes `retention.ms` of the topic. */
export const ttlSchema = wholeNumber('expected a whole number of milliseconds above 0')
  .pipe(z.number().min(1, { error: 'expected a whole number of milliseconds above 0' }))
  .meta({ type: 'integer', minimum: 1 })
  .describe('How long events are kept, in ms');

/** Free text, shorter than 1000 characters. */
export const descriptionSchema = z
  .string({ error: 'expected a text shorter than 1000 characters' })
  .max(999, { error: 'expected a text shorter than 1000 characters' });

/** List of HPaths that decides the partition of an event; null or absent means the empty list. */
export const shardingKeySchema = z
  .array(hpathSchema, { error: 'expected a list of paths or null' })
  .nullish()
  .transform((paths) => paths ?? [])
  .pipe(z.array(hpathSchema));

/** List of filters; null or absent means the empty list (the original's Stream sink fails on null). */
export const nullableFiltersSchema = filterListSchema
  .nullish()
  .transform((filters) => filters ?? [])
  .pipe(filterListSchema as z.ZodType<Filter[], Filter[]>);

/** Streams that are read to fill a derived stream or a timeline; whether they exist is not checked. */
export const sourceStreamsSchema = z
  .array(nameSchema, { error: 'expected a non-empty list of names of streams' })
  .min(1, { error: 'expected a non-empty list of names of streams' });

const streamFields = {
  name: newNameSchema,
  partitions: partitionsSchema,
  shardingKey: shardingKeySchema.describe('Paths of the tags whose values decide the partition'),
  ttl: ttlSchema,
  description: descriptionSchema.nullish(),
};

const baseStreamSchema = z.object({ type: z.literal('base'), ...streamFields }).describe('A stream that producers write');

const NODE_EXPECTED = 'expected a name of 1 to 48 characters of a–z, A–Z, 0–9, _, . and -';

/**
 * What makes a derived stream one of several outputs of a splitter (sinks §8). Those of one group read the same sources through the same filters, and each event
 * that passes goes to exactly one of them.
 */
export const splitSchema = z
  .object({
    group: nameSchema.describe('Name of the splitter: all outputs of it have the same sources, filters, sharding keys and algorithm'),
    node: z
      .string({ error: NODE_EXPECTED })
      .regex(/^[A-Za-z0-9_.-]{1,48}$/, { error: NODE_EXPECTED })
      .describe('Name of this output among those of the group; it is hashed'),
    weight: z
      .number({ error: 'expected a weight above 0' })
      .positive({ error: 'expected a weight above 0' })
      .default(1)
      .describe('Share of the events, in proportion to the weights of the others'),
    shardingKeys: z
      .array(z.string(), { error: 'expected a list of names of tags' })
      .min(1, { error: 'expected one name of a tag or more' })
      .describe('Names of tags at the top of an event whose values decide on the output'),
    algorithm: z
      .enum(HASH_ALGORITHMS, { error: `expected one of ${HASH_ALGORITHMS.join(', ')}` })
      .default('xxhash32')
      .describe('Hash of the tags'),
  })
  .meta({ id: 'Split' });

export type Split = z.infer<typeof splitSchema>;

const derivedStreamSchema = z
  .object({
    type: z.literal('derived'),
    ...streamFields,
    streams: sourceStreamsSchema.describe('Streams that it reads'),
    filters: nullableFiltersSchema.describe('What an event must satisfy to be taken over'),
    split: splitSchema.nullish().describe('Makes the stream one of the outputs of a splitter'),
  })
  .describe('A stream that is filled from other streams');

/** Schema of a stream with all rules of creation (model §1); unknown properties are dropped. */
export const streamSchema = z
  .discriminatedUnion('type', [baseStreamSchema, derivedStreamSchema], { error: "expected a stream with a 'type' of base or derived" })
  .meta({ id: 'Stream' });

/** A stream that producers write through the gateway. */
export type BaseStream = z.infer<typeof baseStreamSchema>;
/** A stream that is filled from other streams; the gateway refuses writes to it. */
export type DerivedStream = z.infer<typeof derivedStreamSchema>;
export type Stream = BaseStream | DerivedStream;
