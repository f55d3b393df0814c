import { stringifyJson } from '@hercules/metadata';

export const TEXT = 'text/plain; charset=UTF-8';
export const JSON_TYPE = 'application/json';

/** What a route answers. A missing body means `Content-Length: 0`. */
export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
}

/** 200 without a body. */
export const DONE: Answer = { status: 200 };

export function jsonAnswer(document: unknown): Answer {
  return { status: 200, contentType: JSON_TYPE, body: stringifyJson(document) };
}

export function textAnswer(status: number, body: string): Answer {
  return { status, contentType: TEXT, body };
}
