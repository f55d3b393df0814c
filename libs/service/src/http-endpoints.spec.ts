import { createServer } from 'node:http';
import fastify from 'fastify';
import { registerServiceEndpoints, serviceEndpoints } from './http-endpoints.ts';
import { startServiceHttp } from './http-server.ts';
import { Lifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';
import { MetricsRegistry } from './metrics.ts';
import { sendRequest } from './testing/http-request.ts';

const about = {
  applicationName: 'Hercules app',
  applicationId: 'app',
  version: '1',
  commitId: 'c',
  environment: 'e',
  zone: 'ä',
  instanceId: 'i',
  hostname: 'h',
  hostName: 'h',
};

function newContext() {
  const lifecycle = new Lifecycle({ onFailure: () => undefined });
  const logger = createLogger('app', { logLevel: 'error', instanceId: 'i' }, { destination: { write: () => undefined } });
  return { config: {}, logger, metrics: new MetricsRegistry(), lifecycle, about };
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

it('answers by the state', async () => {
  const context = newContext();
  const port = await startServiceHttp(context, { host: '127.0.0.1', port: 0 });
  const status = async () => (await sendRequest(port, '/status')).status;
  expect(await status()).toBe(503);
  for (const [state, code] of [
    ['RUNNING', 200],
    ['STOPPING', 410],
    ['STOPPED', 500],
  ] as const) {
    context.lifecycle.enter(state);
    expect(await status()).toBe(code);
    expect((await sendRequest(port, '/ping')).status).toBe(200);
  }
  expect(JSON.parse((await sendRequest(port, '/about?x=1')).body)).toEqual(about);
  expect((await sendRequest(port, '/ping', { method: 'POST' })).headers).toMatchObject({ allow: 'GET', 'content-length': '0' });
  expect((await sendRequest(port, '/other')).status).toBe(404);
  await context.lifecycle.stop(1000, silent);
  await expect(sendRequest(port, '/ping')).rejects.toThrow();
});

it('answers 500 when the metrics cannot be read', async () => {
  const context = newContext();
  const port = await startServiceHttp(context, { host: '127.0.0.1', port: 0 });
  context.metrics.gaugeFrom('hercules_broken', 'B', [], () => {
    throw new Error('broken');
  });
  expect((await sendRequest(port, '/metrics')).status).toBe(500);
  await context.lifecycle.stop(1000, silent);
});

it('says which port is taken', async () => {
  const context = newContext();
  const port = await startServiceHttp(context, { host: '127.0.0.1', port: 0 });
  await expect(startServiceHttp(newContext(), { host: '127.0.0.1', port })).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port}: the port is taken by another process`,
  );
  await context.lifecycle.stop(1000, silent);
});

it('leaves other paths to the server', () => {
  const endpoints = serviceEndpoints(newContext());
  expect(endpoints(undefined as never, undefined as never, '/pin')).toBe(false);
  expect(endpoints(undefined as never, undefined as never, '/ping/')).toBe(false);
});

it('goes before the routes of a fastify app', async () => {
  const app = fastify();
  registerServiceEndpoints(app, newContext());
  app.get('/own', () => 'own');
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  expect(await sendRequest(port, '/status?a')).toMatchObject({ status: 503, body: '', headers: { 'content-length': '0' } });
  for (const method of ['HEAD', 'OPTIONS', 'DELETE', 'PATCH']) expect((await sendRequest(port, '/metrics', { method })).status).toBe(405);
  expect((await sendRequest(port, '/metrics')).body).toContain('process_cpu_seconds_total');
  expect((await sendRequest(port, '/own')).body).toBe('own');
  expect((await sendRequest(port, '/none')).status).toBe(404);
  await app.close();
});

it('works on a plain server too', async () => {
  const endpoints = serviceEndpoints(newContext());
  const server = createServer((request, response) => {
    if (!endpoints(request, response, request.url!)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  expect((await sendRequest(port, '/about')).headers['content-length']).toBe(String(Buffer.byteLength(JSON.stringify(about))));
  expect((await sendRequest(port, '/tea')).status).toBe(418);
  server.close();
});
