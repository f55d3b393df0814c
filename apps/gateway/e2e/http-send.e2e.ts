import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compressLz4Block, encodeEvent, tag } from '@hercules/protocol';
import { batchOf, newBatch, newEvent } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { send, type HttpAnswer, type HttpRequest } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';

jest.setTimeout(60_000);

const MAX_CONTENT_LENGTH = 100_000;
const kafka = new TestKafka();
const writer = newApiKey('writer');
const reader = newApiKey('reader');
const blocked = newApiKey('blocked');
const other = newApiKey('other');
let gateway: GatewayProcess;
let logs: string;
let derived: string;
const missing = `gw_e2e_missing_${kafka.suffix}`;

beforeAll(async () => {
  await kafka.start();
  logs = await kafka.createStream('logs');
  derived = await kafka.createStream('derived', { type: 'derived', streams: [logs], filters: [] });
  await kafka.putRule(writer, 'gw_e2e_*', 'write');
  await kafka.putRule(reader, 'gw_e2e_*', 'read');
  await kafka.putRule(blocked, 'gw_e2e_*', 'write');
  await kafka.putRule(other, 'something_else', 'write');
  await kafka.putBlacklist(blocked);
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'http.maxContentLengthBytes': MAX_CONTENT_LENGTH,
    'throttling.capacityBytes': 99_000,
    'validation.maxEventSizeBytes': 2000,
  });
});

afterAll(async () => {
  await gateway?.kill();
  await kafka.stop();
});

const auth = (key: string): Record<string, string> => ({ Authorization: `Hercules apiKey ${key}` });

/** POST /stream/send of one good event to the stream of logs with the right to do so, but for what the test says. */
function post(change: Partial<HttpRequest> & { stream?: string | null; key?: string | null; query?: string } = {}): Promise<HttpAnswer> {
  const { stream = logs, key = writer, query, headers = {}, ...rest } = change;
  const search = query ?? (stream === null ? '' : `?stream=${stream}`);
  return send(gateway.httpPort, {
    path: `/stream/send${search}`,
    headers: { ...(key === null ? {} : auth(key)), ...headers },
    body: newBatch(1),
    ...rest,
  });
}

describe('the table of checks (apis §3)', () => {
  it.each([
    ['no key', null],
    ['an empty key', ''],
    ['an unknown key', newApiKey('stranger')],
  ])('1: %s is 401', async (_what, key) => {
    expect(await post({ key })).toMatchObject({ status: 401, headers: { 'content-type': 'text/plain; charset=UTF-8' } });
  });

  it('2: no stream is 400', async () => {
    const answer = await post({ stream: null });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.text).toContain("'stream'");
  });

  it.each([
    ['a key without any right to write is 401', reader, 401],
    ['a key with the right on other streams is 403', other, 403],
    ['a blacklisted key is 403', blocked, 403],
  ])('3: %s', async (_what, key, status) => {
    expect(await post({ key })).toMatchObject({ status });
  });

  it('4: no Content-Length is 411', async () => {
    expect(await post({ headers: { 'Transfer-Encoding': 'chunked' } })).toMatchObject({ status: 411 });
  });

  it('5: a body that is too long is 413', async () => {
    const answer = await post({ body: Buffer.alloc(MAX_CONTENT_LENGTH + 1) });
    expect(answer).toMatchObject({ status: 413 });
    expect(answer.text).toContain(String(MAX_CONTENT_LENGTH));
  });

  it('6: an unknown stream is 404', async () => {
    expect(await post({ stream: missing })).toMatchObject({ status: 404 });
  });

  it('7: a derived stream is 400', async () => {
    expect(await post({ stream: derived })).toMatchObject({ status: 400 });
  });

  it('8: a body heavier than the capacity is 503', async () => {
    expect(await post({ body: Buffer.alloc(99_001) })).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });

  it.each(['gzip', 'LZ4', 'lz4, gzip', 'identity'])('9: Content-Encoding %s is 415', async (encoding) => {
    expect(await post({ headers: { 'Content-Encoding': encoding } })).toMatchObject({ status: 415 });
  });

  it.each([undefined, 'abc', '-1', '1.5', '104857600', ''])('10: Original-Content-Length %j is 400', async (length) => {
    const headers = { 'Content-Encoding': 'lz4', ...(length === undefined ? {} : { 'Original-Content-Length': length }) };
    expect(await post({ headers })).toMatchObject({ status: 400 });
  });

  it.each([
    ['broken data', Buffer.from('no lz4 at all'), 1000],
    ['more than declared', compressLz4Block(newBatch(2)), newBatch(2).length - 1],
  ])('11: lz4 with %s is 400', async (_what, body, length) => {
    const headers = { 'Content-Encoding': 'lz4', 'Original-Content-Length': String(length) };
    expect(await post({ body, headers })).toMatchObject({ status: 400 });
  });

  it.each([0, 1, 3])('12: a body of %d bytes is 400', async (length) => {
    expect(await post({ body: Buffer.alloc(length) })).toMatchObject({ status: 400 });
  });

  it('13: a count of 0 is 200, also with bytes after it', async () => {
    expect(await post({ body: Buffer.alloc(4) })).toMatchObject({ status: 200, text: '' });
    expect(await post({ body: Buffer.concat([Buffer.alloc(4), Buffer.from('rest')]) })).toMatchObject({ status: 200 });
  });

  it('13: a negative count is 400', async () => {
    expect(await post({ body: Buffer.from([0xff, 0xff, 0xff, 0xff]) })).toMatchObject({ status: 400 });
  });

  it('14: an event that cannot be decoded is 400 and the answer says which and where', async () => {
    const good = encodeEvent(newEvent('good'));
    const bad = Buffer.from(encodeEvent(newEvent('bad')));
    bad[27 + 8] = 0x0c; // type of the tag 'message'
    const answer = await post({ body: batchOf(good, bad) });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Event 1 ');
    expect(answer.text).toContain(`byte ${4 + good.length + 27 + 8}`);
  });

  it('15: a wrong version is 400', async () => {
    expect(await post({ body: batchOf({ ...newEvent('v2'), version: 2 }) })).toMatchObject({ status: 400 });
  });

  it('15: a negative timestamp is 400', async () => {
    expect(await post({ body: batchOf({ ...newEvent('early'), timestamp: -1n }) })).toMatchObject({ status: 400 });
  });

  it('15: an event over the limit is 400, one at the limit is 200', async () => {
    const empty = encodeEvent(newEvent('')).length;
    expect(await post({ body: batchOf(newEvent('x'.repeat(2000 - empty))) })).toMatchObject({ status: 200 });
    expect(await post({ body: batchOf(newEvent('x'.repeat(2001 - empty))) })).toMatchObject({ status: 400 });
  });

  it('18: all fine is 200 and empty, with a Content-Length and no date', async () => {
    const answer = await post({ body: newBatch(10) });
    expect(answer).toMatchObject({ status: 200, text: '', headers: { 'content-length': '0' } });
    expect(answer.headers).not.toHaveProperty('date');
    expect(answer.headers).not.toHaveProperty('etag');
  });

  it('18: all fine is 200 without waiting for Kafka', async () => {
    const answer = await send(gateway.httpPort, { path: `/stream/sendAsync?stream=${logs}`, headers: auth(writer), body: newBatch(3) });
    expect(answer).toMatchObject({ status: 200, text: '', headers: { 'content-length': '0' } });
  });
});

describe('the order of checks', () => {
  const tooLarge = Buffer.alloc(MAX_CONTENT_LENGTH + 1);
  const chunked = { 'Transfer-Encoding': 'chunked' };

  it.each<[string, () => Parameters<typeof post>[0], number]>([
    ['1 before 2', () => ({ key: null, stream: null }), 401],
    ['2 before 4', () => ({ stream: null, headers: chunked }), 400],
    ['3 before 4', () => ({ key: other, headers: chunked }), 403],
    ['3 before 5', () => ({ key: other, body: tooLarge }), 403],
    ['3 before 6', () => ({ key: other, stream: missing }), 403],
    ['4 before 6', () => ({ stream: missing, headers: chunked }), 411],
    ['5 before 6', () => ({ stream: missing, body: tooLarge }), 413],
    ['5 before 9', () => ({ body: tooLarge, headers: { 'Content-Encoding': 'gzip' } }), 413],
    ['6 before 8', () => ({ stream: missing, body: Buffer.alloc(99_001) }), 404],
    ['7 before 9', () => ({ stream: derived, headers: { 'Content-Encoding': 'gzip' } }), 400],
    ['8 before 9', () => ({ body: Buffer.alloc(99_001), headers: { 'Content-Encoding': 'gzip' } }), 503],
    ['9 before 12', () => ({ body: Buffer.alloc(1), headers: { 'Content-Encoding': 'gzip' } }), 415],
    ['10 before 12', () => ({ body: Buffer.alloc(1), headers: { 'Content-Encoding': 'lz4' } }), 400],
  ])('%s', async (_what, change, status) => {
    expect(await post(change())).toMatchObject({ status });
  });
});

describe('requests', () => {
  it('takes the deprecated header', async () => {
    expect(await post({ key: null, headers: { apiKey: writer } })).toMatchObject({ status: 200 });
    expect(await post({ key: null, headers: { apiKey: newApiKey('stranger') } })).toMatchObject({ status: 401 });
  });

  it('prefers Authorization, if it has the exact prefix', async () => {
    expect(await post({ key: newApiKey('stranger'), headers: { apiKey: writer } })).toMatchObject({ status: 401 });
    expect(await post({ key: null, headers: { Authorization: 'Bearer x', apiKey: writer } })).toMatchObject({ status: 200 });
    expect(await post({ key: null, headers: { Authorization: `hercules apiKey ${writer}` } })).toMatchObject({ status: 401 });
  });

  it('takes the first of repeated parameters', async () => {
    expect(await post({ query: `?stream=${logs}&stream=${missing}` })).toMatchObject({ status: 200 });
    expect(await post({ query: `?stream=${missing}&stream=${logs}` })).toMatchObject({ status: 404 });
  });

  it('refuses a parameter that is not valid percent-encoding', async () => {
    expect(await post({ query: '?stream=%zz' })).toMatchObject({ status: 400 });
  });

  it('takes an empty stream for a name that nobody has a right on or that does not exist', async () => {
    expect((await post({ query: '?stream=' })).status).toBe(403);
  });

  it('unpacks lz4, also to fewer bytes than declared', async () => {
    const batch = newBatch(20);
    const body = compressLz4Block(batch);
    for (const length of [batch.length, batch.length + 100]) {
      const headers = { 'Content-Encoding': 'lz4', 'Original-Content-Length': String(length) };
      expect(await post({ body, headers })).toMatchObject({ status: 200 });
    }
  });

  it('takes many tags and nested values', async () => {
    const nested = tag.container({ a: tag.vector('container', [new Map([['b', tag.long(1n)]])]), c: tag.null() });
    expect(await post({ body: batchOf(newEvent('nested', { nested })) })).toMatchObject({ status: 200 });
  });
});

describe('routes', () => {
  it.each([
    ['GET', '/ping', 200],
    ['GET', '/status', 200],
    ['GET', '/about', 200],
    ['GET', '/metrics', 200],
    ['GET', '/stream/send', 404],
    ['POST', '/stream/send/', 404],
    ['POST', '/stream/sendasync', 404],
    ['POST', '/', 404],
    ['GET', '/nothing', 404],
    ['PUT', '/stream/send', 405],
    ['DELETE', '/stream/send', 405],
    ['PATCH', '/ping', 405],
    ['OPTIONS', '/stream/send', 405],
    ['HEAD', '/ping', 405],
  ])('%s %s is %d', async (method, path, status) => {
    expect(await send(gateway.httpPort, { method, path, headers: auth(writer) })).toMatchObject({ status });
  });
});

describe('vectors', () => {
  interface Vector {
    readonly name: string;
    readonly kind: string;
    readonly hex: string;
    readonly error?: string;
    readonly json?: { readonly version?: number };
  }
  const file = join(dirname(require.resolve('@hercules/protocol')), '../test-data/vectors.json');
  const { vectors, lz4 } = JSON.parse(readFileSync(file, 'utf8')) as {
    vectors: Vector[];
    lz4: { name: string; originalContentLength: number; compressedHex: string; expect?: string }[];
  };

  it.each(vectors.filter(({ kind }) => kind === 'event' || kind === 'batch'))('$name', async ({ kind, hex, error, json }) => {
    const bytes = Buffer.from(hex, 'hex');
    const answer = await post({ body: kind === 'event' ? batchOf(bytes) : bytes });
    // Some vectors are good for a decoder, but the gateway takes version 1 only (protocol §7).
    const isGood = error === undefined && (json?.version ?? 1) === 1;
    expect(answer.status).toBe(isGood ? 200 : 400);
  });

  it.each(lz4)('lz4 $name', async ({ originalContentLength, compressedHex, expect: status = '200' }) => {
    const headers = { 'Content-Encoding': 'lz4', 'Original-Content-Length': String(originalContentLength) };
    expect(await post({ body: Buffer.from(compressedHex, 'hex'), headers })).toMatchObject({ status: Number(status) });
  });
});

it('never writes a key to its log', () => {
  expect(gateway.output.length).toBeGreaterThan(0);
  for (const key of [writer, reader, blocked, other]) expect(gateway.output).not.toContain(key);
});
