import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { HttpConfig } from './config-schemas.ts';
import { serviceEndpoints } from './http-endpoints.ts';
import { listen, readTlsFiles } from './listen.ts';
import type { ServiceContext } from './service-context.ts';

const NOT_FOUND = Buffer.from('No such page. This port answers /ping, /about, /status and /metrics.\n');

/**
 * Starts an HTTP server with nothing but the service endpoints: for apps without an HTTP interface of their own. It stops last.
 * @returns the port
 */
export async function startServiceHttp(context: ServiceContext<unknown>, config: HttpConfig): Promise<number> {
  const endpoints = serviceEndpoints(context);
  const onRequest: RequestListener = (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '/';
    if (endpoints(request, response, path)) return;
    request.resume();
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'content-length': NOT_FOUND.length });
    response.end(NOT_FOUND);
  };
  const server = config.tls === undefined ? createServer(onRequest) : createTlsServer(readTlsFiles(config.tls), onRequest);
  const port = await listen(server, config);
  context.lifecycle.onStop('service endpoints', () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    return closed;
  });
  context.logger.info({ host: config.host, port }, 'listening for health checks and metrics');
  return port;
}
