import { newBatch } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { GrpcClient } from './support/grpc-client.ts';
import { send } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const OTLP_LOGS = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'a' } }, { body: { stringValue: 'b' } }] }] }] };
let stream: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  await kafka.start();
  stream = await kafka.createStream('quota');
});

afterEach(() => gateway?.kill());
afterAll(() => kafka.stop());

const start = async (settings: Record<string, string | number> = {}): Promise<void> => {
  gateway = await GatewayProcess.start({ 'metadata.topic': kafka.metadataTopic, 'otlp.logsStream': stream, ...settings });
};

/** A key that may write, with a quota of so many events an hour: no test sees any come back. */
async function keyWith(eventsPerHour: number): Promise<string> {
  const key = newApiKey('limited');
  // The quota first: a gateway that knows the rule then knows the quota too.
  if (eventsPerHour > 0) await kafka.putQuota(key, 'gw_e2e_*', { eventsPerSecond: 1, burstSeconds: eventsPerHour });
  await kafka.putRule(key, 'gw_e2e_*', 'write');
  // Connections go to the workers by turns, and each of them reads the metadata by itself.
  await waitFor('every worker knows the key', async () => {
    const answers = [];
    for (let i = 0; i < 8; i++) answers.push((await post(key, newBatch(0))).status);
    return answers.every((status) => status === 200);
  });
  return key;
}

const post = (key: string, body: Buffer) =>
  send(gateway.httpPort, { path: `/stream/send?stream=${stream}`, headers: { Authorization: `Hercules apiKey ${key}` }, body });

const metrics = async (): Promise<string> => (await send(gateway.httpPort, { method: 'GET', path: '/metrics' })).text;

it('a used up quota is told in the words of each protocol, the key alone is held back, and /metrics shows it', async () => {
  await start();
  const key = await keyWith(10);
  const other = await keyWith(0);
  // What is larger than the rest passes, and is paid for afterwards.
  expect((await post(key, newBatch(100))).status).toBe(200);

  const http = await post(key, newBatch(1));
  expect(http.status).toBe(503);
  expect(http.text).toContain('quota of 1 events a second for streams "gw_e2e_*"');
  expect(Number(http.headers['retry-after'])).toBeGreaterThan(60);

  const client = new GrpcClient(gateway.grpcPort);
  const grpc = await client.refusal(key, { stream, batch: newBatch(1) });
  expect(grpc.code).toBe(8);
  expect(grpc.metadata.get('grpc-status-details-bin')[0]!.toString('latin1')).toContain('google.rpc.RetryInfo');
  const call = client.sendStream(key);
  const refused = new Promise<{ code: number; retry_after_ms: number }>((resolve) => call.once('data', resolve));
  call.write({ sequence: 1, request: { stream, batch: newBatch(1) } });
  expect(await refused).toMatchObject({ code: 8 });
  expect((await refused).retry_after_ms).toBeGreaterThan(60_000);
  call.end();
  client.close();

  const otlp = await send(gateway.httpPort, {
    path: '/v1/logs',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify(OTLP_LOGS)),
  });
  expect([otlp.status, Number(otlp.headers['retry-after']) > 60]).toEqual([429, true]);

  expect((await post(other, newBatch(100))).status).toBe(200);
  const text = await metrics();
  expect(text).toMatch(/^hercules_gateway_quota_accepted_events_total\{key="limited_~[0-9a-f]{8}",streams="gw_e2e_\*"\} 100$/m);
  expect(text).toMatch(/^hercules_gateway_quota_refused_batches_total\{.*\} 4$/m);
  expect(text).toMatch(/^hercules_gateway_quota_rate\{.*unit="events"\} 1$/m);
  expect(text).toMatch(/^hercules_gateway_refused_requests_total\{receiver="http",method="send",reason="QUOTA_EXCEEDED"\} 1$/m);
});

it('a quota is set, changed and taken away while the gateway runs', async () => {
  await start();
  const key = await keyWith(0);
  expect((await post(key, newBatch(100))).status).toBe(200);
  await kafka.putQuota(key, stream, { bytesPerSecond: 1, burstSeconds: 1 });
  await waitFor('the quota holds', async () => (await post(key, newBatch(1))).status === 503);
  await kafka.putQuota(key, stream, { bytesPerSecond: 1_000_000_000, burstSeconds: 1 });
  await waitFor('the new rate has paid', async () => (await post(key, newBatch(1))).status === 200);
  await kafka.putQuota(key, stream, { bytesPerSecond: 1, burstSeconds: 1 });
  await waitFor('the quota holds again', async () => (await post(key, newBatch(1))).status === 503);
  await kafka.removeQuota(key, stream);
  await waitFor('there is no quota', async () => (await post(key, newBatch(1))).status === 200);
});

it('workers count together', async () => {
  await start({ workers: 2 });
  const key = await keyWith(1000);
  expect((await post(key, newBatch(2000))).status).toBe(200);
  // Connections go to the workers by turns: none of them lets anything pass soon.
  await waitFor('both workers refuse', async () => {
    const answers = [];
    for (let i = 0; i < 8; i++) answers.push((await post(key, newBatch(1))).status);
    return answers.every((status) => status === 503);
  });
});
