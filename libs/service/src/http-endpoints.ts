import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceContext } from './service-context.ts';

const STATUS_OF_STATE = { STARTING: 503, RUNNING: 200, STOPPING: 410, STOPPED: 500 } as const;

export type ServiceEndpoints = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

/**
 * Answers GET /ping, /about, /status and /metrics (apis §1.1); other methods on them get 405. Returns false for every other path, whose answer is the
 * caller's.
 */
export function serviceEndpoints(context: Pick<ServiceContext<never>, 'about' | 'lifecycle' | 'metrics' | 'logger'>): ServiceEndpoints {
  const about = Buffer.from(JSON.stringify(context.about));
  return (request, response, path) => {
    if (path !== '/ping' && path !== '/status' && path !== '/about' && path !== '/metrics') return false;
    request.resume();
    if (request.method !== 'GET') return answer(response, 405);
    switch (path) {
      case '/ping':
        return answer(response, 200);
      case '/status':
        return answer(response, STATUS_OF_STATE[context.lifecycle.state]);
      case '/about':
        return answer(response, 200, 'application/json', about);
      case '/metrics':
        context.metrics.text().then(
          (text) => answer(response, 200, context.metrics.contentType, Buffer.from(text)),
          (error: unknown) => {
            context.logger.error({ err: error }, 'the metrics could not be read');
            answer(response, 500);
          },
        );
        return true;
    }
  };
}

function answer(response: ServerResponse, status: number, contentType?: string, body?: Buffer): true {
  response.writeHead(status, {
    'content-length': body?.length ?? 0,
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
  });
  response.end(body);
  return true;
}
