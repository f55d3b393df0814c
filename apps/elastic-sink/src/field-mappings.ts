import type { estypes } from '@elastic/elasticsearch';
import type { ElasticSinkConfig } from './config.ts';

type Fields = Record<string, estypes.MappingProperty>;

/** How strings are mapped that nothing else is said about. */
export const KEYWORD = { type: 'keyword', ignore_above: 8191 } as const;

const LOG_FIELDS: Fields = {
  message: { type: 'text' },
  messageTemplate: { type: 'text', fields: { keyword: KEYWORD } },
  stackTrace: { type: 'text' },
  level: { type: 'keyword' },
  utcOffset: { type: 'long' },
  traceId: { type: 'keyword' },
  spanId: { type: 'keyword' },
};

/**
 * Grafana splits `tags` at its commas; in a query `tags:"application=gateway"` finds the pair, and `application:gateway` the field of its
 * own.
 */
const ANNOTATION_FIELDS: Fields = {
  description: { type: 'text' },
  tags: { type: 'text', fields: { keyword: KEYWORD } },
};

/** The mapped fields of an index; others get their type from the first document that has them. */
export function fieldMappings({ mapping, timestampField }: Pick<ElasticSinkConfig, 'mapping' | 'timestampField'>): Fields {
  return {
    // Nanoseconds keep the order of events within a millisecond: their time has a resolution of 100 ns.
    [timestampField]: { type: 'date_nanos', ignore_malformed: false },
    ...(mapping === 'annotation-event' ? ANNOTATION_FIELDS : LOG_FIELDS),
  };
}
