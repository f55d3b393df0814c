import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringifyJson } from '@hercules/metadata';

export const TEXT = 'text/plain; charset=UTF-8';
export const JSON_TYPE = 'application/json';
export const OCTETS = 'application/octet-stream';

/** What a route answers, in one piece and with its length. A missing body means `Content-Length: 0`. */
export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string | Buffer;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is written bit by bit, such as server-sent events: the route has the response for itself from here on. */
export interface StreamedAnswer {
  /** Writes status, headers and body. What it throws or rejects with before the headers are sent is answered like any failure. */
  stream(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
}

/** 200 without a body. */
export const DONE: Answer = { status: 200 };

export function jsonAnswer(document: unknown): Answer {
  return { status: 200, contentType: JSON_TYPE, body: stringifyJson(document) };
}

export function textAnswer(status: number, body: string): Answer {
  return { status, contentType: TEXT, body };
}

/** 200 with bytes. */
export function binaryAnswer(body: Buffer, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, contentType: OCTETS, body, headers };
}
