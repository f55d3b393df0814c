import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HerculesClient, type LostEvents } from '@hercules/client';
import { HerculesTransport } from '@hercules/client/winston';
import pinoTransport from '@hercules/client/pino';
import { readEvent, type HerculesEvent } from '@hercules/protocol';
import pino from 'pino';
import { createLogger } from 'winston';
import { GatewayProcess } from './support/gateway-process.ts';
import { TEST_CERTIFICATE, TestCertificateFiles } from './support/test-certificate.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(90_000);

const kafka = new TestKafka();
const key = newApiKey('client');
const gateways: GatewayProcess[] = [];
let stream: string;

beforeAll(async () => {
  await kafka.start();
  stream = await kafka.createStream('client');
  await kafka.putRule(key, 'gw_e2e_*', 'write');
  await kafka.follow(stream);
  for (const _ of [1, 2]) gateways.push(await GatewayProcess.start({ 'metadata.topic': kafka.metadataTopic }));
});

afterAll(async () => {
  for (const gateway of gateways) await gateway.kill();
  await kafka.stop();
});

const http = ({ httpPort }: GatewayProcess): string => `http://127.0.0.1:${httpPort}`;
const grpc = ({ grpcPort }: GatewayProcess): string => `grpc://127.0.0.1:${grpcPort}`;
const events = (): HerculesEvent[] => kafka.stored(stream).map(({ value }) => readEvent(value).event);
const messages = (): unknown[] => events().map(({ payload }) => payload.get('message')?.value);
const arrived = (message: string): Promise<HerculesEvent> =>
  waitFor(`the message ${message}`, () => events().find(({ payload }) => payload.get('message')?.value === message));

it.each([
  ['HTTP', http],
  ['gRPC', grpc],
])('sends events over %s', async (name, endpoint) => {
  const client = new HerculesClient({ endpoints: [endpoint(gateways[0]!)], apiKey: key, streams: { logs: stream, metrics: stream } });
  for (let i = 0; i < 1000; i++) client.log({ level: 'Info', message: `${name} ${i}`, properties: { i } });
  client.metric({ name: 'requests', value: 1, tags: { by: name } });
  await client.flush();
  expect(client.stats).toMatchObject({ acknowledged: 1001, lost: 0, retries: 0 });
  await client.close();
  // The partitions are read one by one, so the last message may come before others.
  const ofThis = () => new Set(messages().filter((message) => String(message).startsWith(`${name} `)));
  await waitFor('all messages', () => ofThis().size >= 1000);
  expect(ofThis().size).toBe(1000);
});

it.each([
  ['HTTP', http],
  ['gRPC', grpc],
])('is told over %s why events are not taken', async (_name, endpoint) => {
  const lost: LostEvents[] = [];
  const connect = (apiKey: string) =>
    new HerculesClient({ endpoints: [endpoint(gateways[0]!)], apiKey, onLost: (loss) => lost.push(loss) });
  const [stranger, known] = [connect('nobody'), connect(key)];
  stranger.log({ message: 'm' }, stream);
  known.log({ message: 'm' }, 'not_mine');
  known.event(stream, (writer) => writer.string('message', 'good'));
  known.event(stream, (writer) => writer.string('message', 'before 1970'), -1n);
  await Promise.all([stranger.close(), known.close()]);
  expect(lost.map(({ events, error }) => [events, error.code]).sort()).toEqual([
    [1, 'INVALID_ARGUMENT'],
    [1, 'PERMISSION_DENIED'],
    [1, 'UNAUTHENTICATED'],
  ]);
  expect(known.stats).toMatchObject({ acknowledged: 1, lost: 2 });
});

it('loses nothing when one of two gateways is killed', async () => {
  const doomed = await GatewayProcess.start({ 'metadata.topic': kafka.metadataTopic });
  const client = new HerculesClient({
    endpoints: [http(doomed), http(gateways[1]!), grpc(doomed)],
    apiKey: key,
    streams: { logs: stream },
    maxBatchEvents: 50,
    onFull: 'wait',
  });
  const count = 20_000;
  for (let i = 0; i < count; i++) {
    if (i === count / 4) doomed.signal('SIGKILL');
    if (!client.log({ message: `kept ${i}` })) await client.room();
    if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await client.close(60_000);
  expect(client.stats).toMatchObject({ acknowledged: count, lost: 0, dropped: 0 });
  await waitFor('all are there', () => new Set(messages().filter((message) => String(message).startsWith('kept '))).size === count, 30_000);
  // What was sent again came under the same ids.
  const kept = kafka.stored(stream).filter(({ value }) => String(readEvent(value).event.payload.get('message')?.value).startsWith('kept '));
  expect(new Set(kept.map((record) => record.key)).size).toBe(count);
});

it('takes what pino and winston write', async () => {
  const transport = pinoTransport({ endpoints: [http(gateways[0]!)], apiKey: key, stream });
  const lines = pino({ base: { app: 'shop' } }, transport);
  lines.warn({ order: { id: 5 } }, 'from pino');
  lines.error(new TypeError('broken'), 'with an error');
  await new Promise<void>((resolve) => transport.end(resolve));
  const warning = await arrived('from pino');
  expect(warning.payload.get('level')?.value).toBe('Warn');
  const properties = warning.payload.get('properties');
  expect(properties?.type === 'container' && [...properties.value.keys()]).toEqual(['app', 'order']);
  expect((await arrived('with an error')).payload.get('exception')?.type).toBe('container');

  const logger = createLogger({
    transports: [new HerculesTransport({ client: { endpoints: [grpc(gateways[0]!)], apiKey: key }, stream })],
  });
  logger.info('from winston', { order: 6 });
  await new Promise<void>((resolve) => logger.once('finish', resolve).end());
  const info = await arrived('from winston');
  expect(info.payload.get('level')?.value).toBe('info');
});

it('speaks TLS', async () => {
  const files = new TestCertificateFiles();
  const tls = { certFile: files.certFile, keyFile: files.keyFile };
  const secure = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    ...Object.fromEntries(['http', 'grpc'].flatMap((part) => Object.entries(tls).map(([name, file]) => [`${part}.tls.${name}`, file]))),
  });
  for (const endpoint of [`https://localhost:${secure.httpPort}`, `grpcs://localhost:${secure.grpcPort}`]) {
    const client = new HerculesClient({ endpoints: [endpoint], apiKey: key, tls: { ca: TEST_CERTIFICATE } });
    client.log({ message: `by ${endpoint}` }, stream);
    await client.close();
    expect(client.stats).toMatchObject({ acknowledged: 1 });
  }
  await secure.kill();
  files.remove();
});

it('works as a package of its own, imported and required', async () => {
  const client = dirname(require.resolve('@hercules/client/package.json'));
  execFileSync(process.execPath, [join(client, 'build.mjs')], { cwd: client });
  const folder = mkdtempSync(join(tmpdir(), 'hercules-client-'));
  const run = (file: string, ...args: string[]) => execFileSync(file, args, { cwd: folder, encoding: 'utf8' });
  try {
    const tarball = run('npm', 'pack', '--silent', join(client, 'dist')).trim();
    run('npm', 'init', '-y');
    run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--omit=peer', tarball);
    const program = (load: string, message: string) => `${load}
      const client = new HerculesClient({ endpoints: ['${http(gateways[0]!)}'], apiKey: '${key}' });
      client.log({ message: '${message}' }, '${stream}');
      client.close().then(() => console.log(JSON.stringify(client.stats)));`;
    writeFileSync(join(folder, 'imported.mjs'), program("import { HerculesClient } from '@hercules/client';", 'imported'));
    writeFileSync(join(folder, 'required.cjs'), program("const { HerculesClient } = require('@hercules/client');", 'required'));
    for (const file of ['imported.mjs', 'required.cjs']) expect(JSON.parse(run(process.execPath, file))).toMatchObject({ acknowledged: 1 });
    await Promise.all([arrived('imported'), arrived('required')]);
    // In pino's worker thread, as its readers are told to use it; the program says nothing about its end.
    const options = JSON.stringify({ endpoints: [http(gateways[0]!)], apiKey: key, stream });
    writeFileSync(
      join(folder, 'worker.cjs'),
      `const pino = require(${JSON.stringify(require.resolve('pino'))});
      pino({}, pino.transport({ target: '@hercules/client/pino', options: ${options} })).warn('from the worker');`,
    );
    run(process.execPath, 'worker.cjs');
    expect((await arrived('from the worker')).payload.get('level')?.value).toBe('Warn');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
