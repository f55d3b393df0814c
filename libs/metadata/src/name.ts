import { z } from 'zod';

/** Names of streams and timelines: they are names of Kafka topics and of tables (model §1, §2). */
export const NAME_PATTERN = /^[a-z0-9_]{1,48}$/;

/** Prefixes of topics that are not streams: our own (`hercules_meta`, `hercules_tasks`) and Kafka's (`__consumer_offsets`). */
export const RESERVED_PREFIXES = ['hercules_', '__'] as const;

/** Any valid name, also one of a stream that does not exist (sources of derived streams and timelines). */
export const nameSchema = z
  .string({ error: 'expected a name of 1 to 48 characters a–z, 0–9, _' })
  .regex(NAME_PATTERN, { error: 'expected a name of 1 to 48 characters a–z, 0–9, _' });

/** A name that may be created. */
export const newNameSchema = nameSchema
  .refine((name) => !RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)), {
    error: `expected a name that does not begin with a reserved prefix (${RESERVED_PREFIXES.join(', ')})`,
  })
  .describe('1 to 48 characters a–z, 0–9, _; not beginning with hercules_ or __');
