import { gzipSync } from 'node:zlib';
import { readEvent } from '@hercules/protocol';
import { encodeRequest } from '../src/receivers/otlp/otlp-proto.fixture.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { send } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

const PROTOBUF = 'application/x-protobuf';
const kafka = new TestKafka();
const key = newApiKey('writer');
let streams: Record<'logs' | 'others', string>;
let gateway: GatewayProcess;

beforeAll(async () => {
  await kafka.start();
  streams = { logs: await kafka.createStream('logs'), others: await kafka.createStream('others') };
  await kafka.putRule(key, 'gw_e2e_*', 'write');
  await kafka.follow(...Object.values(streams));
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'otlp.logsStream': streams.logs,
    'otlp.http.enabled': 'true',
    'otlp.http.port': 0,
  });
});

afterAll(async () => {
  await gateway?.kill();
  await kafka.stop();
});

describe('a request over HTTP', () => {
  const resource = (attributes: Record<string, string>) => ({
    attributes: Object.entries(attributes).map(([attribute, stringValue]) => ({ key: attribute, value: { stringValue } })),
  });
  const logs = (...resources: [Record<string, string>, ...string[]][]) => ({
    resourceLogs: resources.map(([attributes, ...bodies]) => ({
      resource: resource(attributes),
      scopeLogs: [{ logRecords: bodies.map((stringValue) => ({ timeUnixNano: '1764000000000000000', body: { stringValue } })) }],
    })),
  });
  const post = (body: Buffer, headers: Record<string, string> = {}) =>
    send(gateway.httpPort, {
      path: '/v1/logs',
      headers: { 'Content-Type': PROTOBUF, Authorization: `Hercules apiKey ${key}`, ...headers },
      body,
    });
  const JSON_HEADERS = { 'Content-Type': 'application/json; charset=utf-8' };
  const bodiesIn = (stream: string): unknown[] =>
    kafka.stored(stream).map(({ value }) => readEvent(value).event.payload.get('message')!.value);

  it('may name another stream for a resource, and what it may not write to is rejected alone', async () => {
    const request = logs([{ 'hercules.stream': streams.others }, 'elsewhere'], [{ 'hercules.stream': 'secret' }, 'a', 'b'], [{}, 'here']);
    const answer = await post(Buffer.from(JSON.stringify(request)), JSON_HEADERS);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    const { partialSuccess } = JSON.parse(answer.text) as { partialSuccess: Record<string, string> };
    expect(partialSuccess['rejectedLogRecords']).toBe('2');
    expect(partialSuccess['errorMessage']).toMatch(/^2: stream "secret": /);
    await waitFor('both others', () => bodiesIn(streams.others).includes('elsewhere') && bodiesIn(streams.logs).includes('here'));
  });

  it('makes the same events when it comes again, packed or as JSON', async () => {
    const request = logs([{ 'hercules.stream': streams.others }, 'again']);
    const body = encodeRequest('logs', request);
    expect((await post(body)).status).toBe(200);
    expect((await post(gzipSync(body), { 'Content-Encoding': 'gzip' })).status).toBe(200);
    expect((await post(Buffer.from(JSON.stringify(request)), JSON_HEADERS)).status).toBe(200);
    const stored = await waitFor('three records', () => {
      const found = kafka.stored(streams.others).filter(({ value }) => readEvent(value).event.payload.get('message')!.value === 'again');
      return found.length === 3 && found;
    });
    expect(new Set(stored.map(({ value }) => value.toString('hex'))).size).toBe(1);
  });

  it('is refused as a whole in the words of its own encoding', async () => {
    const broken = await post(Buffer.from([0x0a, 0x7f]));
    expect([broken.status, broken.headers['content-type']]).toEqual([400, PROTOBUF]);
    expect(broken.text).toContain('not valid protobuf');
    const json = await post(Buffer.from('{"resourceLogs":[7]}'), JSON_HEADERS);
    expect(json.status).toBe(400);
    expect(JSON.parse(json.text)).toEqual({
      code: 3,
      message: 'The request is not valid OTLP/JSON: expected an object at $.resourceLogs[0]',
    });
    const stranger = await post(encodeRequest('logs', logs([{}, 'x'])), { Authorization: 'Hercules apiKey nobody' });
    expect(stranger.status).toBe(401);
    const unknownType = await post(Buffer.from('x'), { 'Content-Type': 'text/plain' });
    expect(unknownType.status).toBe(415);
  });

  it('is taken on the port for OTLP alone too', async () => {
    const port = (JSON.parse(gateway.output.split('\n').find((line) => line.includes('listening for OTLP over HTTP'))!) as { port: number })
      .port;
    const body = encodeRequest('logs', logs([{ 'hercules.stream': streams.others }, 'by the other port']));
    const answer = await send(port, { path: '/v1/logs', headers: { 'Content-Type': PROTOBUF, apikey: key }, body });
    expect([answer.status, answer.text]).toEqual([200, '']);
    await waitFor('the record', () => bodiesIn(streams.others).includes('by the other port'));
  });
});
