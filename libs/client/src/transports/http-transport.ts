import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type ErrorCode, HerculesError } from '@hercules/protocol/writing';
import type { HerculesClientOptions } from '../options.ts';
import type { SendOutcome, Transport } from './transport.ts';

/** Codes of what cannot be mended by sending again (apis §3). */
const REFUSALS: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'STREAM_NOT_FOUND',
  411: 'LENGTH_REQUIRED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_ENCODING',
};
const BUSY = new Set([429, 503]);
/** The gateway is stopping, or the request was too slow for it. */
const ELSEWHERE = new Set([408, 410]);
const MAX_SHOWN = 1000;

/** `POST /stream/send` over connections that are kept. */
export class HttpTransport implements Transport {
  readonly endpoint: string;
  readonly #url: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #apiKey: string;

  /** @param maxConnections that are kept open */
  constructor(endpoint: string, apiKey: string, tls: HerculesClientOptions['tls'], maxConnections: number) {
    this.endpoint = endpoint;
    this.#url = new URL(endpoint.endsWith('/') ? endpoint : `${endpoint}/`);
    this.#apiKey = apiKey;
    const options = { keepAlive: true, maxSockets: maxConnections, maxFreeSockets: maxConnections };
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options);
  }

  send(stream: string, batch: Buffer, timeoutMs: number, signal: AbortSignal): Promise<SendOutcome> {
    const url = new URL(`stream/send?stream=${encodeURIComponent(stream)}`, this.#url);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const fail = (cause: Error): void => resolve({ kind: 'failed', error: this.#unreachable(cause) });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      const request = send(
        url,
        {
          method: 'POST',
          agent: this.#agent,
          signal,
          headers: {
            Authorization: `Hercules apiKey ${this.#apiKey}`,
            'Content-Type': 'application/octet-stream',
            'Content-Length': batch.length,
          },
        },
        (response) => {
          readText(response).then((text) => resolve(this.#outcomeOf(response, text)), fail);
        },
      );
      request.on('error', fail);
      request.on('close', () => clearTimeout(timer));
      request.end(batch);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #outcomeOf({ statusCode = 0, headers }: IncomingMessage, text: string): SendOutcome {
    if (statusCode >= 200 && statusCode < 300) return { kind: 'acknowledged' };
    const shown = `${this.endpoint} answered ${statusCode}${text === '' ? '' : `: ${text}`}`;
    if (BUSY.has(statusCode)) {
      const seconds = Number(headers['retry-after']);
      const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
      return { kind: 'busy', error: new HerculesError('THROTTLED', shown), retryAfterMs };
    }
    if (statusCode >= 500 || ELSEWHERE.has(statusCode)) return { kind: 'failed', error: new HerculesError('BACKEND_UNAVAILABLE', shown) };
    return { kind: 'refused', error: new HerculesError(REFUSALS[statusCode] ?? 'INVALID_ARGUMENT', shown, { details: { reason: text } }) };
  }

  #unreachable(cause: Error): HerculesError {
    return new HerculesError('BACKEND_UNAVAILABLE', `${this.endpoint} cannot be reached: ${cause.message}`, { cause });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) if (text.length < MAX_SHOWN) text += chunk;
  return text.trim().slice(0, MAX_SHOWN);
}
