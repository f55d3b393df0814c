import type { z } from 'zod';
import type { Answer, StreamedAnswer } from './answer.ts';
import type { ApiRequest } from './api-request.ts';
import type { Parameter } from './parameter.ts';

/** What an answer of some status means and, for a JSON answer, what it holds. */
export interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
}

export type RouteAnswer = Answer | StreamedAnswer;

/** One endpoint: how it is checked, how it is described in /openapi.json, and what it does. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Compared with the raw text of the path; with segments like `:name`, segment by segment, where empty ones do not count (apis §1). */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /**
   * `master`: a master key only; `key`: a master key or any known API key; `none`: anybody. What the key may do is checked by `handle`.
   */
  readonly access: 'master' | 'key' | 'none';
  /** Rights that `handle` asks of an API key, in words. */
  readonly rights?: string;
  readonly parameters: readonly Parameter<unknown>[];
  /** With a body, `Content-Length` is required (411). Without a schema it is binary. */
  readonly body?: { readonly description: string; readonly schema?: z.ZodType };
  /** Statuses apart from 401 and 500. */
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  handle(request: ApiRequest): RouteAnswer | Promise<RouteAnswer>;
}
