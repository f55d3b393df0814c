import { z } from 'zod';
import { conditionSchema, type Condition } from './condition.ts';

/** An HPath as text; every text is one (protocol §11). */
export const hpathSchema = z.string({ error: 'expected a path of tag names joined by /' });

/** One filter of a derived stream, a timeline or a content validation: what the tag at `path` must satisfy (model §3). */
export interface Filter {
  path: string;
  condition: Condition;
}

/** Schema of a filter; unknown properties are dropped. */
export const filterSchema: z.ZodType<Filter> = z
  .object(
    { path: hpathSchema.describe('Path of a tag, e.g. properties/project'), condition: conditionSchema },
    { error: 'expected a filter: {"path": …, "condition": …}' },
  )
  .meta({ id: 'Filter' });

/** A list of filters, all of which must pass. */
export const filterListSchema = z.array(filterSchema, { error: 'expected a list of filters' });
