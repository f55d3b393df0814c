import type { ServerResponse } from 'node:http';
import type { HerculesError } from '@hercules/protocol';
import { retryAfterSeconds } from '../../retry-after.ts';

const EMPTY_HEADERS = ['Content-Length', '0'];

/** Answers without a body. Content-Length is always there: the Java client allocates by it (apis §11). */
export function answerEmpty(res: ServerResponse, status: number): void {
  res.writeHead(status, EMPTY_HEADERS);
  res.end();
}

/** Answers a refusal: the status is the contract, the text is for people. */
export function answerError(res: ServerResponse, error: HerculesError): void {
  const body = Buffer.from(`${error.message}\n`, 'utf8');
  const headers = ['Content-Type', 'text/plain; charset=UTF-8', 'Content-Length', String(body.length)];
  if (error.retryable && error.httpStatus === 503) headers.push('Retry-After', retryAfterSeconds(error));
  res.writeHead(error.httpStatus, headers);
  res.end(body);
}
