import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Span } from '../tracing/span.ts';
import { parseTraceparent } from '../tracing/trace-context.ts';
import { HttpProblem } from './http-problem.ts';
import { readJson } from './read-json.ts';

export interface ShopRequest {
  /** The request's JSON; undefined without a body. */
  readonly body: unknown;
  readonly query: URLSearchParams;
  /** The request's server span: the parent of what is done for it. */
  readonly span: Span;
}

/** Gives what is answered as JSON. @throws HttpProblem to answer an error */
export type ShopRoute = (request: ShopRequest) => unknown;

const SERVER_ERROR = 500;

/** An HTTP server with a server span, a log line for what fails, and counters around every request. */
export class HttpService {
  readonly #telemetry: Telemetry;
  /** By method and path, e.g. `POST /orders`. */
  readonly #routes: ReadonlyMap<string, ShopRoute>;
  readonly #server: Server;

  constructor(telemetry: Telemetry, routes: Readonly<Record<string, ShopRoute>>) {
    this.#telemetry = telemetry;
    this.#routes = new Map(Object.entries(routes));
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @throws Error when the port is taken */
  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  }

  /** Answers what is under way, for at most so long. */
  async close(timeoutMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
    await closed;
    clearTimeout(timer);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://127.0.0.1');
    if (url.pathname === '/status') return void response.writeHead(200).end();
    const operation = `${request.method} ${url.pathname}`;
    const route = this.#routes.get(operation);
    if (route === undefined) return void answer(response, 404, { error: `there is no ${operation}` });
    const startedAt = performance.now();
    const span = this.#telemetry.tracer.start(operation, 'http-request-server', parseTraceparent(headerOf(request, 'traceparent')));
    span.annotate({
      'http.request.method': request.method,
      'http.request.url': request.url,
      'http.client.name': headerOf(request, 'user-agent'),
      'http.client.address': request.socket.remoteAddress,
    });
    const { status, body } = await this.#result(route, request, url.searchParams, span);
    const size = answer(response, status, body);
    span.annotate({ 'http.response.code': status, 'http.response.size': size });
    span.end();
    const tags = [
      ['operation', operation],
      ['status', String(status)],
    ] as const;
    this.#telemetry.counters.add('shop_requests_total', tags);
    this.#telemetry.counters.tookSeconds((performance.now() - startedAt) / 1000);
  }

  async #result(
    route: ShopRoute,
    request: IncomingMessage,
    query: URLSearchParams,
    span: Span,
  ): Promise<{ status: number; body: unknown }> {
    try {
      const { value, bytes } = await readJson(request);
      span.annotate({ 'http.request.size': bytes });
      return { status: 200, body: await route({ body: value, query, span }) };
    } catch (error) {
      const { message } = error as Error;
      const status = error instanceof HttpProblem ? error.status : SERVER_ERROR;
      span.fail(message);
      this.#telemetry.log(
        status < SERVER_ERROR ? 'Warn' : 'Error',
        '{method} {path} failed with {status}: {reason}',
        span.context.traceId,
        {
          method: request.method!,
          path: request.url!.split('?', 1)[0]!,
          status,
          reason: message,
        },
      );
      return { status, body: { error: message } };
    }
  }
}

/** @returns the answer's size in bytes */
function answer(response: ServerResponse, status: number, body: unknown): number {
  const content = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': content.length }).end(content);
  return content.length;
}

function headerOf(request: IncomingMessage, name: 'traceparent' | 'user-agent'): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
