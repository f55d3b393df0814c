import { Client } from '@elastic/elasticsearch';
import { readEvent, type Value } from '@hercules/protocol';
import { GatewayProcess } from './support/gateway-process.ts';
import { send } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const key = newApiKey('shipper');
let streams: Record<'logs' | 'other', string>;
let gateway: GatewayProcess;
let client: Client;

beforeAll(async () => {
  await kafka.start();
  streams = { logs: await kafka.createStream('bulk'), other: await kafka.createStream('bulk_other') };
  await kafka.putRule(key, 'gw_e2e_*', 'write');
  await kafka.follow(...Object.values(streams));
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'validation.maxEventSizeBytes': 5000,
    'bulk.enabled': 'true',
    'bulk.indices': JSON.stringify([
      { pattern: 'logs-*', stream: streams.logs, indexPath: 'elk-index', properties: { 'properties/team': 'shop' } },
      { pattern: 'other', stream: streams.other, numericTime: 'seconds' },
      { pattern: 'forbidden', stream: 'secret' },
    ]),
  });
  client = new Client({ node: `http://127.0.0.1:${gateway.httpPort}`, auth: { apiKey: key } });
});

afterAll(async () => {
  await client?.close();
  await gateway?.kill();
  await kafka.stop();
});

const events = (stream: string) => kafka.stored(stream).map(({ value }) => readEvent(value).event);
const textOf = (value: Value | undefined) => (value?.type === 'string' ? value.value : undefined);
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  send(gateway.httpPort, {
    path,
    headers: { Authorization: `ApiKey ${key}`, 'Content-Type': 'application/x-ndjson', ...headers },
    body: Buffer.from(body),
  });

it('serves the bulk helper of Elasticsearch’s own client', async () => {
  const documents = Array.from({ length: 1000 }, (_, i) => ({ '@timestamp': new Date().toISOString(), message: `m${i}`, n: i }));
  const stats = await client.helpers.bulk({
    datasource: documents,
    onDocument: () => ({ create: { _index: 'logs-shop' } }),
    flushBytes: 20_000,
  });
  expect(stats).toMatchObject({ total: 1000, successful: 1000, failed: 0, retry: 0 });
  const records = await kafka.waitForRecords(streams.logs, 1000);
  expect(new Set(records.map((record) => record.key)).size).toBe(1000);
  const [event] = events(streams.logs);
  expect(textOf(event!.payload.get('elk-index'))).toBe('logs-shop');
  const properties = event!.payload.get('properties');
  expect(properties?.type === 'container' && [...properties.value.keys()]).toEqual(['@timestamp', 'n', 'team']);
  expect(new Set(events(streams.logs).map(({ payload }) => textOf(payload.get('message')))).size).toBe(1000);
});

it('serves single documents, and says who it is', async () => {
  const { version, tagline } = await client.info();
  expect([version.number, tagline]).toEqual(['8.19.0', 'You Know, for Search']);
  expect((await client.cluster.health()).status).toBe('green');
  const before = Math.floor(Date.now() / 1000) - 60;
  const answer = await client.index({ index: 'other', id: 'mine', document: { '@timestamp': before, message: 'one' } });
  expect(answer).toMatchObject({ _index: 'other', _id: 'mine', result: 'created' });
  const [event] = await kafka.waitForRecords(streams.other, 1).then(() => events(streams.other));
  expect(event!.timestamp).toBe(BigInt(before) * 10_000_000n);
  await expect(client.index({ index: 'nowhere', document: {} })).rejects.toMatchObject({
    statusCode: 404,
    body: { error: { type: 'index_not_found_exception' } },
  });
});

it('takes and refuses item by item, in Elasticsearch’s words', async () => {
  const old = new Date(Date.now() - 400 * 86_400_000).toISOString();
  const lines = [
    ['{"index":{"_id":"a"}}', '{"message":"good"}'],
    ['{"create":{"_index":"unknown"}}', '{}'],
    ['{"update":{"_id":"b"}}', '{"doc":{}}'],
    ['{"delete":{"_id":"c"}}'],
    ['{"index":{}}', '{"message":'],
    ['{"index":{}}', '[]'],
    ['{"index":{}}', JSON.stringify({ message: 'x'.repeat(5000) })],
    ['{"index":{}}', JSON.stringify({ '@timestamp': old })],
    ['{"index":{"_index":"forbidden"}}', '{}'],
    ['{"index":{}}', '{"@timestamp":"yesterday","message":"now then"}'],
  ];
  const answer = await post('/logs-items/_bulk', `${lines.flat().join('\n')}\n`);
  expect([answer.status, answer.headers['x-elastic-product']]).toEqual([200, 'Elasticsearch']);
  const { errors, items } = JSON.parse(answer.text) as { errors: boolean; items: Record<string, Record<string, unknown>>[] };
  expect(errors).toBe(true);
  const shown = items.map((item) => {
    const [name, { _index, status, error }] = Object.entries(item)[0]! as [
      string,
      { _index: string; status: number; error?: { type: string } },
    ];
    return [name, _index, status, error?.type];
  });
  expect(shown).toEqual([
    ['index', 'logs-items', 201, undefined],
    ['create', 'unknown', 404, 'index_not_found_exception'],
    ['update', 'logs-items', 400, 'illegal_argument_exception'],
    ['delete', 'logs-items', 400, 'illegal_argument_exception'],
    ['index', 'logs-items', 400, 'document_parsing_exception'],
    ['index', 'logs-items', 400, 'document_parsing_exception'],
    ['index', 'logs-items', 400, 'document_parsing_exception'],
    ['index', 'logs-items', 400, 'document_parsing_exception'],
    ['index', 'forbidden', 403, 'security_exception'],
    ['index', 'logs-items', 201, undefined],
  ]);
  expect(items[0]!['index']).toMatchObject({ _id: 'a', result: 'created' });
  await kafka.waitForRecords(streams.logs, 1002);
  expect(events(streams.logs).map(({ payload }) => textOf(payload.get('message')))).toEqual(expect.arrayContaining(['good', 'now then']));
});

it('refuses a request as a whole when it cannot be understood, or its sender is not known', async () => {
  const malformed = await post('/_bulk', 'no action\n{}\n');
  expect([malformed.status, JSON.parse(malformed.text)]).toMatchObject([
    400,
    { error: { type: 'illegal_argument_exception' }, status: 400 },
  ]);
  expect((await post('/_bulk', '')).status).toBe(400);
  const stranger = await post('/_bulk', '{"index":{}}\n{}\n', { Authorization: 'ApiKey nobody' });
  expect([stranger.status, JSON.parse(stranger.text)]).toMatchObject([401, { error: { type: 'security_exception' } }]);
});
