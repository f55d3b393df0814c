import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import type { Authorizer } from '@hercules/metadata';
import { type ErrorCode, HerculesError, type Logger } from '@hercules/protocol';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Authentication } from './authentication.ts';
import type { Caller } from './caller.ts';
import { textAnswer, type Answer, type StreamedAnswer } from './answer.ts';
import { ApiRequest } from './api-request.ts';
import { parseQuery } from './parameter.ts';
import type { Route } from './route.ts';
import { ShownError } from './shown-error.ts';

export interface HttpAppOptions {
  readonly routes: readonly Route[];
  /** Documents that need no key, by path, e.g. /openapi.json. */
  readonly documents: Readonly<Record<string, Answer>>;
  readonly authentication: Authentication;
  readonly authorizer: Authorizer;
  readonly maxBodyBytes: number;
  readonly logger: Logger;
  /** Makes the server; it gets first look at each request before fastify does. */
  readonly createServer: (listener: RequestListener) => Server;
}

const METHODS_WITH_ROUTES = 'GET, POST';
const NO_SUCH_PAGE = textAnswer(404, 'There is no such page');
const NO_BODY = Buffer.alloc(0);
/** What callers are told of failures whose own messages are for the log. */
const TEXTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  KAFKA_UNAVAILABLE: 'Kafka is not available; try again later',
  BACKEND_UNAVAILABLE: 'The store is not available; try again later',
  THROTTLED: 'There is too much to do already; try again later',
};

/** The routes as a fastify application that keeps the rules of apis §1. */
export function createHttpApp(options: HttpAppOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: options.maxBodyBytes,
    exposeHeadRoutes: false,
    // Empty segments do not count in paths with open segments; paths without any are compared as they stand (requireExactPath).
    routerOptions: {
      querystringParser: (text) => Object.fromEntries(parseQuery(text)),
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
    },
    frameworkErrors: (_error, _request, reply) => void send(reply as unknown as FastifyReply, NO_SUCH_PAGE),
    serverFactory: (listener) =>
      options.createServer((request, response) => {
        // Methods without any route are refused before fastify sees them: it knows fewer methods than there are.
        if (request.method !== 'GET' && request.method !== 'POST') {
          response.writeHead(405, { Allow: METHODS_WITH_ROUTES, 'Content-Length': 0 }).end();
          return;
        }
        // Bodies are read whatever their type is said to be; fastify would refuse a malformed one.
        delete request.headers['content-type'];
        listener(request, response);
      }),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((_request, reply) => send(reply, NO_SUCH_PAGE));
  app.setErrorHandler((error: FastifyError, request, reply) => send(reply, answerTo(error, request, options.logger)));

  for (const [path, answer] of Object.entries(options.documents)) {
    app.get(path, { onRequest: requireExactPath }, (_request, reply) => send(reply, answer));
  }
  for (const route of options.routes) addRoute(app, route, options);
  return app;
}

function addRoute(app: FastifyInstance, route: Route, { authentication, authorizer }: HttpAppOptions): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.route({
    method: route.method,
    url: route.path,
    onRequest: [
      requireExactPath,
      async (request) => {
        callers.set(request, callerOf(route, authentication, request.headers));
        if (route.body !== undefined) requireLength(request);
      },
    ],
    handler: async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY;
      const answer = await route.handle(
        new ApiRequest({
          caller: callers.get(request)!,
          headers: request.headers,
          query: new Map(Object.entries(request.query as Record<string, string>)),
          queryString: request.url.slice(request.url.indexOf('?') + 1 || request.url.length),
          segments: request.params as Record<string, string>,
          body,
          authorizer,
        }),
      );
      if (!('stream' in answer)) return send(reply, answer);
      await writeStream(answer, request, reply);
      return reply.hijack();
    },
  });
}

async function writeStream(answer: StreamedAnswer, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  try {
    await answer.stream(request.raw, reply.raw);
  } catch (error) {
    // Once a part is out, the only way to say that the rest is missing is to break the connection off.
    if (!reply.raw.headersSent) throw error;
    request.raw.destroy(error as Error);
  }
}

function callerOf(route: Route, authentication: Authentication, headers: IncomingHttpHeaders): Caller {
  switch (route.access) {
    case 'master':
      return authentication.master(headers);
    case 'key':
      return authentication.any(headers);
    case 'none':
      return { kind: 'anonymous' };
  }
}

/** Routes are compared with the path as it was sent, not as it reads after percent-decoding (apis §1). */
async function requireExactPath(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const [path] = request.url.split('?', 1);
  const { url = '' } = request.routeOptions;
  if (path !== url && !url.includes('/:')) reply.callNotFound();
  await Promise.resolve();
}

function requireLength(request: FastifyRequest): void {
  if (request.headers['content-length'] !== undefined) return;
  throw new HerculesError('LENGTH_REQUIRED', 'The header Content-Length is required; a chunked body is not accepted');
}

/** fastify adds Content-Length, also to an answer without a body. */
function send(reply: FastifyReply, { status, contentType, body, headers }: Answer): FastifyReply {
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  if (status === 401) reply.header('WWW-Authenticate', 'Hercules');
  if (contentType !== undefined) reply.header('Content-Type', contentType);
  // A buffer, because fastify would add a charset to the type of a string.
  return reply.send(typeof body === 'string' ? Buffer.from(body) : body);
}

function answerTo(error: FastifyError | HerculesError, request: FastifyRequest, logger: Logger): Answer {
  if (error instanceof HerculesError) {
    const status = error.httpStatus;
    if (status < 500 || error instanceof ShownError) return textAnswer(status, error.message);
    logger.error({ err: error, method: request.method, path: request.routeOptions.url }, 'A request failed');
    return textAnswer(status, TEXTS[error.code] ?? 'Internal error');
  }
  if (error.statusCode === 413) return textAnswer(413, 'The body is too long');
  if (error.statusCode !== undefined && error.statusCode < 500) return textAnswer(400, 'The request is malformed');
  logger.error({ err: error, method: request.method, path: request.routeOptions.url }, 'A request failed');
  return textAnswer(500, 'Internal error');
}
