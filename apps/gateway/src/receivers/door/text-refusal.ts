import type { HerculesError } from '@hercules/protocol';
import { retryAfterSeconds } from '../../retry-after.ts';
import type { DoorAnswer } from './http-door.ts';

export const PLAIN_TEXT = 'text/plain; charset=UTF-8';
const UNAVAILABLE = 503;

/** A refusal in words, for protocols whose senders repeat after 5xx only: 503 with Retry-After for what may pass. */
export function textRefusal(error: HerculesError, headers: Readonly<Record<string, string>> = {}): DoorAnswer {
  return {
    status: error.retryable ? UNAVAILABLE : error.httpStatus,
    contentType: PLAIN_TEXT,
    body: `${error.message}\n`,
    headers: error.retryable ? { ...headers, 'Retry-After': retryAfterSeconds(error) } : headers,
  };
}
