/** A tiny app on the skeleton: the tests of libs/service run it as a process of its own. */
import { createServer } from 'node:http';
import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';
import {
  hearSiblings,
  httpConfigSchema,
  listen,
  runService,
  secret,
  serviceConfigSchema,
  serviceEndpoints,
  tellSiblings,
  workersSchema,
} from '../index.ts';

runService({
  name: 'fixture',
  description: 'Counts requests.',
  version: '1.2.3',
  schema: z.object({
    ...serviceConfigSchema.shape,
    http: httpConfigSchema(6999),
    workers: workersSchema,
    masterKeys: secret(z.array(z.string())).default([]).describe('Keys that are never shown'),
    startDelayMs: z.number().int().min(0).default(0).describe('How long the start takes after the port is open, in ms'),
    startFails: z.boolean().default(false).describe('The start fails'),
    stopFails: z.boolean().default(false).describe('A part fails to stop'),
    stopHangs: z.boolean().default(false).describe('A part does not stop'),
  }),
  async start(context) {
    const { config, lifecycle, logger, metrics } = context;
    lifecycle.onStop('first part', () => logger.info('the first part stops'));
    lifecycle.onStop('second part', () => {
      logger.info('the second part stops');
      if (config.stopFails) throw new Error('it is stuck');
      return config.stopHangs ? new Promise<void>(() => undefined) : undefined;
    });
    let requests = 0;
    metrics.counterFrom('hercules_fixture_requests_total', 'Requests to /count', [], () => requests);
    metrics.gaugeFrom('hercules_fixture_open_things', 'One in each process', ['kind'], () => [{ labels: { kind: 'thing' }, value: 1 }]);
    const seconds = metrics.histogram('hercules_fixture_request_seconds', 'Time of requests', [0.1, 1]);

    hearSiblings('words', (body) => logger.info({ body }, 'a word from another worker'));
    const endpoints = serviceEndpoints(context);
    const server = createServer((request, response) => {
      const path = request.url!.split('?', 1)[0]!;
      if (endpoints(request, response, path)) return;
      logger.debug({ headers: request.headers, url: path }, 'a request');
      if (path === '/count') {
        requests++;
        seconds.observe(0.5);
      } else if (path === '/throw')
        setImmediate(() => {
          throw new Error('thrown by nobody’s child');
        });
      else if (path === '/reject') void Promise.reject(new Error('rejected by nobody’s child'));
      else if (path === '/tell') tellSiblings('words', { from: process.pid });
      else if (path === '/fail') lifecycle.fail(new HerculesError('KAFKA_UNAVAILABLE', 'a part has given up'));
      const body = String(process.pid);
      response.writeHead(path === '/count' ? 200 : 404, { 'content-length': body.length, connection: 'close' });
      response.end(body);
    });
    const port = await listen(server, config.http);
    lifecycle.onStop('HTTP server', () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    });
    logger.info({ host: config.http.host, port }, 'listening');
    if (config.startFails) throw new HerculesError('KAFKA_UNAVAILABLE', 'nobody answers at kafka:9092');
    await new Promise((resolve) => setTimeout(resolve, config.startDelayMs));
  },
});
