import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { ServiceContext } from './service-context.ts';

const STATUS_OF_STATE = { STARTING: 503, RUNNING: 200, STOPPING: 410, STOPPED: 500 } as const;

type EndpointContext = Pick<ServiceContext<never>, 'about' | 'lifecycle' | 'metrics' | 'logger'>;

/** Answers the request and returns true if the path is a service endpoint; returns false, having done nothing, if it is not. */
export type ServiceEndpoints = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

/**
 * Answers GET /ping, /about, /status and /metrics (apis §1.1); other methods on them get 405. The path is compared as it stands, without its query. The
 * answers have a Content-Length and need no key.
 */
export function serviceEndpoints(context: EndpointContext): ServiceEndpoints {
  const about = Buffer.from(JSON.stringify(context.about));
  return (request, response, path) => {
    if (path !== '/ping' && path !== '/status' && path !== '/about' && path !== '/metrics') return false;
    request.resume();
    if (request.method !== 'GET') {
      response.setHeader('allow', 'GET');
      answer(response, 405);
    } else if (path === '/ping') answer(response, 200);
    else if (path === '/status') answer(response, STATUS_OF_STATE[context.lifecycle.state]);
    else if (path === '/about') answer(response, 200, 'application/json', about);
    else void answerMetrics(context, response);
    return true;
  };
}

/** The same for a fastify app, whatever its routes and its answer to unknown paths. */
export function registerServiceEndpoints(app: FastifyInstance, context: EndpointContext): void {
  const endpoints = serviceEndpoints(context);
  app.addHook('onRequest', (request, reply, done) => {
    if (endpoints(request.raw, reply.raw, request.raw.url?.split('?', 1)[0] ?? '/')) reply.hijack();
    else done();
  });
}

async function answerMetrics({ metrics, logger }: EndpointContext, response: ServerResponse): Promise<void> {
  try {
    const text = await metrics.text();
    answer(response, 200, metrics.contentType, Buffer.from(text));
  } catch (error) {
    logger.error({ err: error }, 'the metrics could not be read');
    answer(response, 500);
  }
}

function answer(response: ServerResponse, status: number, contentType?: string, body?: Buffer): void {
  response.writeHead(status, {
    'content-length': body?.length ?? 0,
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
  });
  response.end(body);
}
