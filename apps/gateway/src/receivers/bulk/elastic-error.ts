import type { ErrorCode, HerculesError } from '@hercules/protocol';

/** An error in Elasticsearch's words, within an item or for a whole request. */
export interface ElasticError {
  readonly type: string;
  readonly reason: string;
}

/** Types of exceptions that clients know, by our codes. */
const TYPES: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'security_exception',
  UNAUTHORIZED_RIGHT: 'security_exception',
  PERMISSION_DENIED: 'security_exception',
  STREAM_NOT_FOUND: 'index_not_found_exception',
  NOT_FOUND: 'index_not_found_exception',
  INVALID_ARGUMENT: 'illegal_argument_exception',
  INVALID_EVENT: 'document_parsing_exception',
  THROTTLED: 'es_rejected_execution_exception',
  QUOTA_EXCEEDED: 'es_rejected_execution_exception',
  PAYLOAD_TOO_LARGE: 'circuit_breaking_exception',
};
const TOO_MANY_REQUESTS = 429;
const UNAVAILABLE = 503;

export function elasticError({ code, message, retryable }: HerculesError): ElasticError {
  return { type: TYPES[code] ?? (retryable ? 'unavailable_shards_exception' : 'illegal_argument_exception'), reason: message };
}

/** Shippers repeat after 429 and 503. */
export function elasticStatus({ code, retryable, httpStatus }: HerculesError): number {
  if (code === 'THROTTLED' || code === 'QUOTA_EXCEEDED') return TOO_MANY_REQUESTS;
  return retryable ? UNAVAILABLE : httpStatus;
}
