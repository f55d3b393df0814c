import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiKeyIdentity, Authorizer } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import type { FastifyInstance } from 'fastify';
import { Authentication } from './authentication.ts';
import { binaryAnswer, DONE, jsonAnswer, textAnswer } from './answer.ts';
import { createHttpApp } from './http-app.ts';
import { textParameter } from './parameter.ts';
import type { Route } from './route.ts';
import { ShownError } from './shown-error.ts';

const MASTER = 'a-master-key';
const API_KEY = `shop_${'0'.repeat(32)}`;
const echo = textParameter('text', { description: 'text', required: false });
const common = { tag: 'test', summary: 'test', parameters: [], answers: {} };

const routes: Route[] = [
  { ...common, method: 'GET', path: '/a/get', access: 'key', handle: (request) => jsonAnswer({ text: request.optional(echo) ?? null }) },
  { ...common, method: 'POST', path: '/a/post', access: 'key', handle: () => DONE },
  {
    ...common,
    method: 'POST',
    path: '/a/body',
    access: 'master',
    body: { description: 'any', schema: echo.schema },
    handle: (request) => jsonAnswer(request.document(echo.schema, 'text')),
  },
  {
    ...common,
    method: 'POST',
    path: '/a/bytes',
    access: 'key',
    body: { description: 'any bytes' },
    handle: (request) => binaryAnswer(request.body, { 'X-Accept': String(request.headers.accept) }),
  },
  {
    ...common,
    method: 'GET',
    path: '/things/:name/all',
    access: 'none',
    handle: (request) => jsonAnswer([request.caller.kind, request.segment('name'), request.all('t')]),
  },
  { ...common, method: 'GET', path: '/open/right', access: 'none', handle: (request) => (request.requireRight('read', 'x'), DONE) },
  {
    ...common,
    method: 'GET',
    path: '/a/stream',
    access: 'key',
    handle: (request) => ({
      async stream(_incoming, response) {
        const step = request.optional(echo);
        if (step === 'early') throw new HerculesError('NOT_FOUND', 'not here');
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        await new Promise<void>((resolve) => response.write('data: 1\n\n', () => resolve()));
        if (step === 'late') throw new Error('broke');
        response.end('data: 2\n\n');
      },
    }),
  },
  {
    ...common,
    method: 'POST',
    path: '/a/fail',
    access: 'key',
    handle(request) {
      const text = request.optional(echo);
      if (text === 'task') throw new ShownError('INTERNAL', 'told to the caller');
      throw text === 'bug'
        ? new Error('secret of the house')
        : new HerculesError(text === 'kafka' ? 'KAFKA_UNAVAILABLE' : 'CONFLICT', 'broker 7 says no');
    },
  },
];

interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

describe('createHttpApp', () => {
  let app: FastifyInstance;
  let server: Server;
  const logged: object[] = [];

  beforeAll(async () => {
    const authorizer = new Authorizer();
    authorizer.setRule({ ...apiKeyIdentity(API_KEY), pattern: '*', right: 'read' });
    app = createHttpApp({
      routes,
      documents: { '/doc.json': textAnswer(200, 'doc') },
      authentication: new Authentication([MASTER], authorizer),
      authorizer,
      maxBodyBytes: 100,
      logger: { debug() {}, info() {}, warn() {}, error: (fields) => logged.push(fields as object) },
      createServer: (listener) => (server = createServer(listener)),
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterAll(() => app.close());

  function send(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Received> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const master = { authorization: `Hercules masterApiKey ${MASTER}` };
  const key = { authorization: `Hercules apiKey ${API_KEY}` };

  it('answers JSON without a charset and with its length', async () => {
    const { status, headers, text } = await send('GET', '/a/get?text=x', key);
    expect([status, headers['content-type'], text]).toEqual([200, 'application/json', '{"text":"x"}']);
    expect(headers['content-length']).toBe('12');
  });

  it('sends Content-Length: 0 with an empty answer', async () => {
    const { status, headers } = await send('POST', '/a/post', key);
    expect([status, headers['content-length']]).toEqual([200, '0']);
  });

  it.each([
    ['no key', {}, 401],
    ['an unknown key', { authorization: 'Hercules apiKey x' }, 401],
    ['an empty key', { authorization: 'Hercules apiKey ' }, 401],
    ['a scheme in other letters', { authorization: `hercules apiKey ${API_KEY}` }, 401],
    ['a known key', key, 200],
    ['a known key in the deprecated header', { apiKey: API_KEY }, 200],
    ['a master key', master, 200],
    ['a master key in the deprecated header', { masterApiKey: MASTER }, 200],
    ['a bad master key and a known key', { masterApiKey: 'x', apiKey: API_KEY }, 200],
    ['another scheme and a known key in the deprecated header', { authorization: 'Bearer x', apiKey: API_KEY }, 200],
    ['a bad key, which wins over the deprecated header', { authorization: 'Hercules apiKey x', apiKey: API_KEY }, 401],
  ])('GET with %s: %s', async (_what, headers: Record<string, string>, status) => {
    expect((await send('GET', '/a/get', headers)).status).toBe(status);
  });

  it('asks for a master key where only that will do', async () => {
    expect((await send('POST', '/a/body', key, '"x"')).status).toBe(401);
    expect(await send('POST', '/a/body', { ...master, 'content-length': '3' }, '"x"')).toMatchObject({ status: 200, text: '"x"' });
  });

  it('requires a length where there is a body, after it knows the caller', async () => {
    expect((await send('POST', '/a/body', { ...master, 'transfer-encoding': 'chunked' }, '"x"')).status).toBe(411);
    expect((await send('POST', '/a/body', { 'transfer-encoding': 'chunked' }, '"x"')).status).toBe(401);
    expect((await send('POST', '/a/post', { ...key, 'transfer-encoding': 'chunked' }, 'ignored')).status).toBe(200);
  });

  it('does not care for the type of a body', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense']) {
      const { status } = await send('POST', '/a/body', { ...master, 'content-type': type, 'content-length': '3' }, '"x"');
      expect([type, status]).toEqual([type, 200]);
    }
  });

  it('says what is wrong with a body', async () => {
    const post = (body: string) => send('POST', '/a/body', { ...master, 'content-length': String(Buffer.byteLength(body)) }, body);
    expect(await post('{')).toMatchObject({ status: 400, text: expect.stringContaining('The body must be a text as JSON') as string });
    expect(await post('5')).toMatchObject({ status: 400, text: expect.stringContaining('Invalid text: document:') as string });
    expect((await post('')).status).toBe(400);
    expect((await post(`"${'x'.repeat(200)}"`)).status).toBe(413);
  });

  it('takes the first of a repeated parameter', async () => {
    expect((await send('GET', '/a/get?text=1&text=2', key)).text).toBe('{"text":"1"}');
    expect((await send('GET', '/a/get?text=&text=2', key)).text).toBe('{"text":""}');
    expect((await send('GET', '/a/get?__proto__=1&text=a%20b', key)).text).toBe('{"text":"a b"}');
  });

  it.each([
    ['GET', '/a/get/', 404],
    ['GET', '/a', 404],
    ['GET', '/a/post', 404],
    ['POST', '/a/get', 404],
    ['GET', '/a/%67et', 404],
    ['GET', '//a/get', 404],
    ['GET', '/%', 404],
    ['HEAD', '/a/get', 405],
    ['OPTIONS', '/a/get', 405],
    ['PATCH', '/a/post', 405],
    ['PUT', '/a/post', 405],
    ['DELETE', '/nothing', 405],
    ['PROPFIND', '/a/get', 405],
  ])('%s %s: %i', async (method, path, status) => {
    const received = await send(method, path, master);
    expect(received.status).toBe(status);
    expect(received.headers['content-length']).toBeDefined();
    if (status === 405) expect(received).toMatchObject({ text: '', headers: { allow: 'GET, POST' } });
  });

  it('takes and gives bytes as they are', async () => {
    const { status, headers, text } = await send('POST', '/a/bytes', { ...key, accept: 'x/y', 'content-length': '3' }, 'a\0b');
    expect([status, headers['content-type'], headers['x-accept'], text]).toEqual([200, 'application/octet-stream', 'x/y', 'a\0b']);
    expect(headers['content-length']).toBe('3');
  });

  it.each(['/things/a%20b/all', '/things/a%20b/all/', '//things//a%20b/all'])('matches open segments in %s', async (path) => {
    const { status, text } = await send('GET', `${path}?t=1&t=2`);
    expect([status, text]).toEqual([200, '["anonymous","a b",["1","2"]]']);
  });

  it('gives nobody a right that a route without a key asks for', async () => {
    expect((await send('GET', '/open/right')).status).toBe(401);
  });

  it('lets a route write its answer bit by bit', async () => {
    const { status, headers, text } = await send('GET', '/a/stream', key);
    expect([status, headers['content-type'], text]).toEqual([200, 'text/event-stream', 'data: 1\n\ndata: 2\n\n']);
  });

  it('answers a failure before the first bit, and breaks off after it', async () => {
    expect(await send('GET', '/a/stream?text=early', key)).toMatchObject({ status: 404, text: 'not here' });
    await expect(send('GET', '/a/stream?text=late', key)).rejects.toThrow();
  });

  it('serves documents without a key', async () => {
    expect(await send('GET', '/doc.json')).toMatchObject({ status: 200, text: 'doc' });
  });

  it('tells the reason of a 4xx, and nothing from inside with a 5xx', async () => {
    expect(await send('POST', '/a/fail', key)).toMatchObject({ status: 409, text: 'broker 7 says no' });
    expect(await send('POST', '/a/fail?text=kafka', key)).toMatchObject({ status: 503, text: 'Kafka is not available; try again later' });
    expect(await send('POST', '/a/fail?text=bug', key)).toMatchObject({ status: 500, text: 'Internal error' });
    expect(await send('POST', '/a/fail?text=task', key)).toMatchObject({ status: 500, text: 'told to the caller' });
    expect(logged).toHaveLength(2);
    expect(JSON.stringify(logged)).not.toContain(API_KEY);
  });
});
