import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { HerculesError } from '@hercules/protocol';
import { Admission } from '../../admission.ts';
import { BufferPool } from '../../buffer-pool.ts';
import { MethodCounters } from '../../intake-counters.ts';
import { HttpReceiver } from '../http/http-receiver.ts';
import { createRefusals } from '../refusals.ts';
import type { DoorContext } from './door-context.ts';
import type { DoorAnswer, DoorRequest, HttpDoorRoute } from './http-door.ts';

const CAPACITY = 100_000;
const MAX_BODY = 50_000;
const MAX_UNPACKED = 80_000;
const KEY = 'good';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let receiver: HttpReceiver;
let port: number;
let admission: Admission;
let lifecycle: { state: string };
let counters: MethodCounters;
let route: HttpDoorRoute;
let handle: (request: DoorRequest) => Promise<DoorAnswer>;
let anonymousKey: string | undefined;

beforeEach(async () => {
  admission = new Admission(CAPACITY, 50, 10);
  lifecycle = { state: 'RUNNING' };
  counters = new MethodCounters('test', 'take', { observe: () => undefined });
  anonymousKey = undefined;
  handle = ({ body }) => Promise.resolve({ status: 200, contentType: 'text/plain', body: `${body.length}` });
  route = {
    counters,
    handle: (request) => handle(request),
    refuse: (error) => ({ status: error.httpStatus, contentType: 'text/plain', body: error.code, headers: { 'X-Why': 'test' } }),
  };
  const context = {
    lifecycle,
    admission,
    access: { key: (key?: string) => (key === KEY ? { identity: {} } : undefined) },
    buffers: new BufferPool(1_000_000),
    failures: { refused: () => undefined },
    maxContentLength: MAX_BODY,
    maxUnpackedBytes: MAX_UNPACKED,
    get anonymousKey() {
      return anonymousKey;
    },
    refusals: createRefusals(MAX_BODY, CAPACITY),
  } as unknown as DoorContext;
  const door = { route: (method: string, path: string) => (method === 'POST' && path === '/take' ? route : undefined) };
  const options = { host: '127.0.0.1', port: 0, tls: undefined, rootPath: '/', requestTimeoutMs: 10_000, keepAliveTimeoutMs: 1000 };
  receiver = new HttpReceiver({ send: undefined, door: context, doors: [door] }, options, () => false);
  port = await receiver.start();
});

afterEach(() => receiver.stop(0));

function post(body: Buffer, headers: OutgoingHttpHeaders = {}, path = '/take?x=1&y=a%20b'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request(
      { port, path, method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-length': body.length, ...headers } },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => resolve({ status: res.statusCode!, headers: res.headers, body: Buffer.concat(chunks).toString() }));
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' } as unknown as OutgoingHttpHeaders;

function withoutUndefined(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

function postChunked(parts: readonly Buffer[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request(
      { port, path: '/take', method: 'POST', headers: withoutUndefined({ authorization: `Bearer ${KEY}`, ...chunked }) },
      (res) => {
        let body = '';
        res.on('data', (chunk: Buffer) => (body += chunk.toString()));
        res.on('end', () => resolve({ status: res.statusCode!, headers: res.headers, body }));
      },
    );
    req.on('error', reject);
    for (const part of parts) req.write(part);
    req.end();
  });
}

describe('DoorExchange', () => {
  it('hands the body out with path, query and key, and answers what the route says', async () => {
    let seen: { path: string; y: string | null; key: unknown; text: string } | undefined;
    handle = (request) => {
      seen = { path: request.path, y: request.query.get('y'), key: request.key, text: request.body.toString() };
      return Promise.resolve({ status: 202, contentType: 'application/json', body: '{}', headers: { 'X-More': '1' } });
    };
    const answer = await post(Buffer.from('hello'));
    expect(seen).toEqual({ path: '/take', y: 'a b', key: { identity: {} }, text: 'hello' });
    expect(answer).toMatchObject({
      status: 202,
      body: '{}',
      headers: { 'content-type': 'application/json', 'content-length': '2', 'x-more': '1' },
    });
    expect(counters.statuses[202]).toBe(1);
    expect(counters.receivedBytes).toBe(5);
    expect(admission.inUse).toBe(0);
  });

  it.each([0, 1, 16_384, MAX_BODY])('reads a body of %d bytes with a length', async (bytes) => {
    expect((await post(Buffer.alloc(bytes))).body).toBe(String(bytes));
    expect(admission.inUse).toBe(0);
  });

  it.each([[[1]], [[10, 20, 30]], [[20_000, 20_000, 10_000]]])('reads a body in chunks of %p', async (sizes) => {
    const parts = sizes.map((size, i) => Buffer.alloc(size, i));
    handle = ({ body }) => Promise.resolve({ status: 200, body: String(body.equals(Buffer.concat(parts))) });
    expect((await postChunked(parts)).body).toBe('true');
    expect(admission.inUse).toBe(0);
  });

  it('unpacks, and takes permits for what a body grows to', async () => {
    let inUse = 0;
    handle = ({ body }) => {
      inUse = admission.inUse;
      return Promise.resolve({ status: 200, body: String(body.length) });
    };
    expect((await post(gzipSync(Buffer.alloc(70_000)), { 'content-encoding': 'gzip' })).body).toBe('70000');
    expect(inUse).toBe(70_000);
    expect(admission.inUse).toBe(0);
  });

  it('leaves the unpacking to a route that wants it', async () => {
    route = { ...route, takesPacked: true };
    expect((await post(Buffer.from('abc'), { 'content-encoding': 'snappy' })).body).toBe('3');
  });

  it('answers an open route without a key', async () => {
    route = { ...route, isOpen: true };
    expect((await post(Buffer.alloc(0), { authorization: '' })).status).toBe(200);
  });

  it('takes requests without a key for those of the anonymous one', async () => {
    anonymousKey = KEY;
    expect((await post(Buffer.from('a'), { authorization: '' })).status).toBe(200);
    expect((await post(Buffer.from('a'), { authorization: 'Bearer bad' })).status).toBe(401);
  });

  it.each([
    ['without a key', Buffer.from('a'), { authorization: '' }, 401, 'UNAUTHENTICATED'],
    ['with an unknown key', Buffer.from('a'), { authorization: 'Bearer bad' }, 401, 'UNAUTHENTICATED'],
    ['that is too long', Buffer.alloc(MAX_BODY + 1), {}, 413, 'PAYLOAD_TOO_LARGE'],
    ['in an unknown encoding', Buffer.from('a'), { 'content-encoding': 'br' }, 415, 'UNSUPPORTED_ENCODING'],
    ['that is no gzip', Buffer.from('a'), { 'content-encoding': 'gzip' }, 400, 'INVALID_ARGUMENT'],
    ['that grows too long', gzipSync(Buffer.alloc(MAX_UNPACKED + 1)), { 'content-encoding': 'gzip' }, 413, 'PAYLOAD_TOO_LARGE'],
  ])('refuses a request %s in the words of the door', async (_what, body, headers, status, code) => {
    const answer = await post(body, headers);
    expect(answer).toMatchObject({ status, body: code, headers: { 'x-why': 'test' } });
    expect(counters.refusals.get(code as HerculesError['code'])).toBe(1);
    expect(admission.inUse).toBe(0);
  });

  it('refuses a body in chunks as soon as it is too long', async () => {
    const answer = await postChunked([Buffer.alloc(30_000), Buffer.alloc(30_000)]);
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(admission.inUse).toBe(0);
  });

  it('refuses when the permits are taken, after a wait', async () => {
    expect(admission.tryAcquire(CAPACITY)).toBe(true);
    expect(await post(Buffer.from('abc'))).toMatchObject({ status: 503, body: 'THROTTLED' });
    admission.release(CAPACITY);
    expect(await post(Buffer.from('abc'))).toMatchObject({ status: 200 });
  });

  it('refuses while the gateway stops', async () => {
    lifecycle.state = 'STOPPING';
    expect(await post(Buffer.from('abc'))).toMatchObject({ status: 410, headers: { connection: 'close' } });
  });

  it('answers what the route throws, and gives the permits back', async () => {
    handle = (request) => {
      request.admit(1000);
      return Promise.reject(new HerculesError('INVALID_ARGUMENT', 'no'));
    };
    expect(await post(Buffer.from('abc'))).toMatchObject({ status: 400, body: 'INVALID_ARGUMENT' });
    handle = () => Promise.reject(new TypeError('a fault'));
    expect(await post(Buffer.from('abc'))).toMatchObject({ status: 500, body: 'INTERNAL' });
    handle = (request) => Promise.resolve(request.admit(CAPACITY)).then(() => ({ status: 200 }));
    expect(await post(Buffer.from('abc'))).toMatchObject({ status: 503, body: 'THROTTLED' });
    expect(admission.inUse).toBe(0);
  });

  it('says to the route when the client has gone, and holds the permits until the route is done', async () => {
    let abandoned: (() => boolean) | undefined;
    let finish: ((answer: DoorAnswer) => void) | undefined;
    handle = (request) => {
      abandoned = () => request.isAbandoned;
      return new Promise((resolve) => (finish = resolve));
    };
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST /take HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: 3\r\n\r\nabc`);
    await until(() => finish !== undefined);
    expect(abandoned!()).toBe(false);
    socket.destroy();
    await until(() => abandoned!());
    expect(admission.inUse).toBe(3);
    finish!({ status: 200 });
    await until(() => admission.inUse === 0);
    expect(counters.statuses[200]).toBe(1);
  });

  it('gives up a body that does not come to its end', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST /take HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: 30\r\n\r\nabc`);
    await until(() => admission.inUse === 30);
    socket.destroy();
    await until(() => admission.inUse === 0);
    expect(counters.statuses[499]).toBe(1);
  });

  it('leaves other paths alone', async () => {
    expect((await post(Buffer.from('a'), {}, '/other')).status).toBe(404);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
