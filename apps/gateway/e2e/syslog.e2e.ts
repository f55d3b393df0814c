import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { readEvent, type Container } from '@hercules/protocol';
import { GatewayProcess } from './support/gateway-process.ts';
import { TEST_CERTIFICATE, TestCertificateFiles } from './support/test-certificate.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const files = new TestCertificateFiles();
const key = newApiKey('syslog');
let stream: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  await kafka.start();
  stream = await kafka.createStream('syslog');
  await kafka.putRule(key, 'gw_e2e_*', 'write');
  await kafka.follow(stream);
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'http.tls.certFile': files.certFile,
    'http.tls.keyFile': files.keyFile,
    'syslog.enabled': 'true',
    'syslog.port': 0,
    'syslog.tls.enabled': 'true',
    'syslog.tls.port': 0,
    'syslog.apiKey': key,
    'syslog.stream': stream,
  });
});

afterAll(async () => {
  await gateway?.kill();
  files.remove();
  await kafka.stop();
});

const plain = (container: Container): Record<string, unknown> =>
  Object.fromEntries([...container].map(([name, { type, value }]) => [name, type === 'container' ? plain(value) : value]));

/** Waits for the event with this message. */
const arrived = (message: string) =>
  waitFor(`the message ${message}`, () =>
    kafka
      .stored(stream)
      .map(({ value }) => plain(readEvent(value).event.payload))
      .find((event) => event['message'] === message),
  );

const logger = (...args: string[]) =>
  promisify(execFile)('logger', ['-n', '127.0.0.1', '-P', String(port(args)), '-t', 'shop', '--id=42', '-p', 'local3.warning', ...args]);
const port = (args: readonly string[]) => gateway.portOf(args.includes('-T') ? 'syslog over TCP' : 'syslog over UDP');

it.each([
  ['-T', '--rfc5424'],
  ['-T', '--rfc3164'],
  ['-T', '--octet-count'],
  ['-d', '--rfc5424'],
  ['-d', '--rfc3164'],
])('takes what logger sends by %s %s', async (transport, format) => {
  const message = `a message of ${transport} ${format}`;
  await logger(transport, format, message);
  const event = await arrived(message);
  expect(event).toMatchObject({
    level: 'Warn',
    properties: {
      application: 'shop',
      processId: '42',
      facility: 'local3',
      severity: 'warning',
      host: expect.any(String),
      sender: expect.stringContaining('127.0.0.1'),
    },
  });
});

it('keeps structured data and the time of the message', async () => {
  const text = '<11>1 2026-01-02T03:04:05.6789+01:00 web app 7 ID [shop@32473 order="5" order="6" user="x"] with data';
  await new Promise<void>((resolve) => connect(gateway.portOf('syslog over TCP'), '127.0.0.1').end(`${text.length} ${text}`, resolve));
  const event = await arrived('with data');
  expect(event).toMatchObject({
    level: 'Error',
    properties: { messageId: 'ID', structuredData: { 'shop@32473': { order: { elements: ['5', '6'] }, user: 'x' } } },
  });
  const record = kafka
    .stored(stream)
    .map(({ value }) => readEvent(value).event)
    .find(({ payload }) => payload.get('message')?.value === 'with data');
  expect(record!.timestamp).toBe(BigInt(Date.UTC(2026, 0, 2, 2, 4, 5)) * 10_000n + 6_789_000n);
});

it('takes TLS', async () => {
  const socket = connectTls({ host: '127.0.0.1', port: gateway.portOf('syslog over TLS'), ca: TEST_CERTIFICATE, servername: 'localhost' });
  socket.end('<13>Jan  2 03:04:05 web app[7]: by TLS\n');
  expect(await arrived('by TLS')).toMatchObject({ properties: { host: 'web', application: 'app', processId: '7' } });
});

it('takes a burst of datagrams', async () => {
  const socket = createSocket('udp4');
  const to = gateway.portOf('syslog over UDP');
  for (let i = 0; i < 200; i++)
    await new Promise<void>((resolve) => socket.send(`<14>burst: number ${i}\n`, to, '127.0.0.1', () => resolve()));
  socket.close();
  for (const i of [0, 100, 199]) expect(await arrived(`number ${i}`)).toMatchObject({ properties: { application: 'burst' } });
});
