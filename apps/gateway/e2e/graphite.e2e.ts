import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { readEvent, type Container } from '@hercules/protocol';
import { GatewayProcess } from './support/gateway-process.ts';
import { send } from './support/http-client.ts';
import { KafkaProxy } from './support/kafka-proxy.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(90_000);

const kafka = new TestKafka();
const proxy = new KafkaProxy();
const key = newApiKey('metrics');
let streams: Record<'tagged' | 'plain', string>;
let gateway: GatewayProcess;

beforeAll(async () => {
  await kafka.start();
  await proxy.start();
  streams = { tagged: await kafka.createStream('tagged'), plain: await kafka.createStream('plain') };
  await kafka.putRule(key, 'gw_e2e_*', 'write');
  await kafka.follow(...Object.values(streams));
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'kafka.brokers': proxy.address,
    'kafka.requestTimeoutMs': 1000,
    'producer.deliveryTimeoutMs': 1500,
    'graphite.enabled': 'true',
    'graphite.port': 0,
    'graphite.pickle.enabled': 'true',
    'graphite.pickle.port': 0,
    'graphite.apiKey': key,
    'graphite.stream': streams.tagged,
    'graphite.plainStream': streams.plain,
    'graphite.acl': JSON.stringify(['DENY test\\..*']),
  });
});

afterAll(async () => {
  await gateway?.kill();
  await proxy.stop();
  await kafka.stop();
});

/** Writes and ends the connection, as `nc -N` does. */
const write = (name: string, bytes: string | Buffer) =>
  new Promise<void>((resolve, reject) => {
    const socket = connect(gateway.portOf(name), '127.0.0.1', () => socket.end(bytes));
    socket.resume().on('close', () => resolve());
    socket.on('error', reject);
  });

/** `name;tag=value value seconds` of each event. */
const points = (stream: string): string[] =>
  kafka.stored(stream).map(({ value }) => {
    const { payload, timestamp } = readEvent(value).event;
    const tags = payload.get('tags');
    const pairs = (tags?.type === 'vector' ? (tags.value.elements as Container[]) : []).map((tag) => [
      tag.get('key')!.value,
      tag.get('value')!.value,
    ]);
    const name = pairs.pop();
    expect(name![0]).toBe('_name');
    return `${[name![1], ...pairs.map((pair) => pair.join('='))].join(';')} ${payload.get('value')!.value} ${timestamp / 10_000_000n}`;
  });

const metrics = async (): Promise<string> => (await send(gateway.httpPort, { method: 'GET', path: '/metrics' })).text;

it('takes lines, tagged and plain, and counts what it refuses', async () => {
  await write('Graphite lines', 'a.b 1 1700000000\na.b;host=h;dc=x 2.5 1700000001\r\ntest.x 1 1700000000\nnonsense\nc 1 17');
  await kafka.waitForRecords(streams.plain, 1);
  await kafka.waitForRecords(streams.tagged, 1);
  expect([points(streams.plain), points(streams.tagged)]).toEqual([['a.b 1 1700000000'], ['a.b;host=h;dc=x 2.5 1700000001']]);
  const text = await waitFor('the connection is over', async () => {
    const shown = await metrics();
    return shown.includes('hercules_gateway_connections{receiver="graphite"} 0') && shown;
  });
  for (const reason of ['denied', 'unreadable', 'unended']) {
    expect(text).toContain(`hercules_gateway_refused_messages_total{receiver="graphite",reason="${reason}"} 1`);
  }
  expect(text).toContain('hercules_gateway_messages_total{receiver="graphite"} 5');
});

it('takes what Python pickles', async () => {
  const script = `import pickle,struct,sys
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    body = pickle.dumps([('p%d.%d;k=v' % (protocol, i), (1700000000 + i, i / 4)) for i in range(50)], protocol=protocol)
    sys.stdout.buffer.write(struct.pack('!L', len(body)) + body)`;
  const before = kafka.stored(streams.tagged).length;
  const bytes = execFileSync('python3', ['-c', script]);
  await write('Graphite pickles', bytes);
  const protocols = Number(execFileSync('python3', ['-c', 'import pickle; print(pickle.HIGHEST_PROTOCOL + 1)']).toString());
  await kafka.waitForRecords(streams.tagged, before + protocols * 50);
  expect(points(streams.tagged)).toEqual(expect.arrayContaining(['p0.7;k=v 1.75 1700000007', 'p4.49;k=v 12.25 1700000049']));
});

it('keeps everything while Kafka is away, and holds the sender back', async () => {
  const count = 200_000;
  const before = kafka.stored(streams.plain).length;
  await proxy.stop();
  const lines = Array.from({ length: count }, (_, i) => `away.metric${i} ${i} 1700000000\n`).join('');
  let isWritten = false;
  const written = write('Graphite lines', lines).then(() => (isWritten = true));
  await waitFor(
    'something is held',
    async () => Number(/^hercules_gateway_held_bytes\{receiver="graphite"\} (\d+)/m.exec(await metrics())?.[1]) > 1_000_000,
  );
  expect(isWritten).toBe(false);
  await proxy.start();
  await written;
  await waitFor('all is there', () => new Set(kafka.stored(streams.plain).map((record) => record.key)).size >= before + count, 40_000);
  const names = new Set(points(streams.plain).map((point) => point.split(' ')[0]));
  for (let i = 0; i < count; i++) if (!names.has(`away.metric${i}`)) throw new Error(`away.metric${i} is missing`);
});
