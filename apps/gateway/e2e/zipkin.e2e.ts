import { gzipSync } from 'node:zlib';
import { readEvent } from '@hercules/protocol';
import { encodeSpans } from '../src/receivers/zipkin/zipkin-proto.fixture.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { send } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const key = newApiKey('writer');
const anonymous = newApiKey('anonymous');
let stream: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  await kafka.start();
  stream = await kafka.createStream('zipkin');
  await kafka.putRule(key, 'gw_e2e_*', 'write');
  await kafka.putRule(anonymous, 'gw_e2e_*', 'write');
  await kafka.follow(stream);
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'zipkin.stream': stream,
    'doors.anonymousApiKey': anonymous,
  });
});

afterAll(async () => {
  await gateway?.kill();
  await kafka.stop();
});

const post = (body: Buffer, headers: Record<string, string> = {}) =>
  send(gateway.httpPort, { path: '/api/v2/spans', headers: { 'Content-Type': 'application/json', ...headers }, body });
const span = (id: string) => ({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', id, name: `span ${id}` });
const operations = (): unknown[] =>
  kafka.stored(stream).map(({ value }) => {
    const annotations = readEvent(value).event.payload.get('annotations');
    return annotations?.type === 'container' && annotations.value.get('operation')?.value;
  });

it('takes JSON and protobuf, packed or not; a repeated request makes the same ids', async () => {
  const list = Buffer.from(JSON.stringify([span('1'), span('2')]));
  for (const _ of [1, 2]) {
    const answer = await post(list, { Authorization: `Bearer ${key}` });
    expect([answer.status, answer.text]).toEqual([202, '']);
  }
  expect((await post(gzipSync(JSON.stringify([span('3')])), { 'Content-Encoding': 'gzip' })).status).toBe(202);
  const proto = encodeSpans({ trace_id: Buffer.alloc(16, 1), id: Buffer.alloc(8, 1), name: 'span 4' });
  expect((await post(proto, { 'Content-Type': 'application/x-protobuf' })).status).toBe(202);
  const records = await kafka.waitForRecords(stream, 6);
  expect(operations().sort()).toEqual(['span 1', 'span 1', 'span 2', 'span 2', 'span 3', 'span 4']);
  expect(new Set(records.map((record) => record.key)).size).toBe(4);
});

it('refuses a request with a bad span as a whole and says which', async () => {
  const answer = await post(Buffer.from(JSON.stringify([span('5'), span('not hex')])));
  expect([answer.status, answer.text]).toEqual([400, 'spans[1].id: expected 1 to 16 hex digits, not all 0, got "not hex"\n']);
  expect((await post(Buffer.from('[]'), { Authorization: 'Bearer nobody' })).status).toBe(401);
  expect((await post(Buffer.from('[]'))).status).toBe(202);
  expect(operations()).not.toContain('span 5');
});
