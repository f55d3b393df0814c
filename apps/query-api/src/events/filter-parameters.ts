import { type ApiRequest, type Parameter, textParameter } from '@hercules/http-api';
import { compileFilters, describeIssues, type EventFilter, type Filter, filterListSchema, parseJson } from '@hercules/metadata';
import { HerculesError, murmur2, UUID_BYTES } from '@hercules/protocol';
import { z } from 'zod';

/** Position of the uuid in an event (protocol §3). */
const UUID_AT = 9;
const HASH_RANGE = 2 ** 31;

export const filterParameter = textParameter('filter', {
  required: false,
  description:
    'What events must satisfy: `path=value` for a text, or a JSON list of filters as derived streams have them; may repeat, all must hold',
});

export const sampleParameter: Parameter<number> = {
  name: 'sample',
  description: 'Share of the events that is given, from 0 to 1; decided by the event’s id, so that it is the same events each time',
  required: false,
  emptyIsMissing: true,
  schema: z
    .string()
    .transform(Number)
    .pipe(
      z
        .number({ error: 'expected a number from 0 to 1' })
        .min(0, { error: 'expected a number from 0 to 1' })
        .max(1, { error: 'expected a number from 0 to 1' }),
    ),
};

/** The filters and the sample that a request asks for, as one. Throws INVALID_ARGUMENT. */
export function readEventFilter(request: ApiRequest): EventFilter {
  const filters = compileFilters(request.all(filterParameter.name).flatMap(parseFilter));
  const sample = request.optional(sampleParameter) ?? 1;
  if (sample === 1) return filters;
  const bound = sample * HASH_RANGE;
  return {
    accepts: (buffer, start, end) =>
      (murmur2(buffer, start + UUID_AT, start + UUID_AT + UUID_BYTES) & 0x7fff_ffff) < bound && filters.accepts(buffer, start, end),
  };
}

function parseFilter(text: string): Filter[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('[') || trimmed.startsWith('{')) return parseJsonFilters(trimmed);
  const at = trimmed.indexOf('=');
  if (at > 0) return [{ path: trimmed.slice(0, at), condition: { type: 'string_equality', value: trimmed.slice(at + 1) } }];
  throw badFilter(`expected path=value or a JSON list of filters, got ${JSON.stringify(text.slice(0, 200))}`);
}

function parseJsonFilters(text: string): Filter[] {
  let document: unknown;
  try {
    document = parseJson(text);
  } catch (error) {
    throw badFilter(`it is no JSON: ${(error as Error).message}`);
  }
  const list = Array.isArray(document) ? document : [document];
  const result = filterListSchema.safeParse(list);
  if (result.success) return result.data;
  throw badFilter(describeIssues(result.error, list));
}

function badFilter(reason: string): HerculesError {
  return new HerculesError('INVALID_ARGUMENT', `Query parameter '${filterParameter.name}' is invalid: ${reason}`);
}
