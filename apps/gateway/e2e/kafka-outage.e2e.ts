import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { batchOf, newEvent } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { GrpcClient } from './support/grpc-client.ts';
import { send, type HttpAnswer } from './support/http-client.ts';
import { KafkaProxy } from './support/kafka-proxy.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(90_000);

const kafka = new TestKafka();
const proxy = new KafkaProxy();
const writer = newApiKey('writer');
const BUFFER_BYTES = 1_048_576;
/** After this long without an acknowledgement records are given up and make room. */
const DELIVERY_TIMEOUT_MS = 1500;
let gateway: GatewayProcess;
let client: GrpcClient;
let logs: string;
/** Ids of all events that were answered with 200. */
const acknowledged = new Set<string>();

beforeAll(async () => {
  await kafka.start();
  await proxy.start();
  logs = await kafka.createStream('outage');
  await kafka.putRule(writer, 'gw_e2e_*', 'write');
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'kafka.brokers': proxy.address,
    'producer.deliveryTimeoutMs': DELIVERY_TIMEOUT_MS,
    'producer.maxBufferedBytes': BUFFER_BYTES,
    'throttling.waitTimeoutMs': 3000,
    'kafka.requestTimeoutMs': 1000,
    logLevel: 'info',
  });
  client = new GrpcClient(gateway.grpcPort);
  await kafka.follow(logs);
});

afterAll(async () => {
  client?.close();
  await gateway?.kill();
  await proxy.stop();
  await kafka.stop();
});

async function post(count: number, method = 'send', padding = ''): Promise<HttpAnswer> {
  const events = Array.from({ length: count }, (_, i) => newEvent(`event ${i} ${padding}`));
  const headers = { Authorization: `Hercules apiKey ${writer}` };
  const answer = await send(gateway.httpPort, { path: `/stream/${method}?stream=${logs}`, headers, body: batchOf(...events) });
  if (answer.status === 200 && method === 'send') for (const { uuid } of events) acknowledged.add(uuid.replaceAll('-', ''));
  return answer;
}

const residentBytes = (): number => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))![1]) * 1024;

/** What can be taken since then: what Kafka has not acknowledged in time is given up, and makes room for one more buffer each time. */
const roomSince = (startedAt: number): number =>
  (1 + Math.floor((performance.now() - startedAt) / DELIVERY_TIMEOUT_MS)) * BUFFER_BYTES + 200_000;

async function recovers(): Promise<void> {
  await waitFor('requests succeed again', async () => (await post(3)).status === 200, 20_000);
}

describe('without Kafka', () => {
  it.each<[string, () => unknown, () => unknown]>([
    ['gone', () => proxy.stop(), () => proxy.start()],
    ['silent', () => (proxy.isSilent = true), () => (proxy.isSilent = false)],
  ])('that is %s, requests are refused with a retry, and succeed again when it is back', async (_how, takeAway, giveBack) => {
    await recovers();
    await takeAway();
    const [http, grpc] = await Promise.all([post(3), client.refusal(writer, { stream: logs, batch: batchOf(newEvent('grpc')) })]);
    expect(http).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(grpc.code).toBe(status.UNAVAILABLE);
    expect(grpc.metadata.get('grpc-status-details-bin')[0]!.toString('latin1')).toContain('RetryInfo');
    expect(gateway.exitCode).toBeUndefined();
    await giveBack();
    await recovers();
  });

  it('memory is bounded, and a full buffer refuses at once', async () => {
    await recovers();
    proxy.isSilent = true;
    const before = residentBytes();
    const padding = 'x'.repeat(10_000);
    const silentAt = performance.now();
    let taken = 0;
    await waitFor('the buffer is full and Kafka silent for long', async () => {
      const startedAt = performance.now();
      const { status: answer } = await post(20, 'sendAsync', padding);
      if (answer === 200) taken++;
      return answer === 503 && performance.now() - startedAt < 500;
    });
    // The buffer, and no more, was taken without an acknowledgement.
    expect(taken).toBeGreaterThan(0);
    expect(taken * 200_000).toBeLessThanOrEqual(roomSince(silentAt));
    const askedAt = performance.now();
    const refused = await Promise.all(Array.from({ length: 100 }, () => post(20, 'sendAsync', padding)));
    const takenLater = refused.filter((answer) => answer.status === 200).length;
    expect(takenLater * 200_000).toBeLessThanOrEqual(roomSince(askedAt));
    expect(new Set(refused.map((answer) => answer.status))).toContain(503);
    expect(residentBytes() - before).toBeLessThan(100_000_000);
    proxy.isSilent = false;
    await recovers();
  });

  it('nothing acknowledged is lost', async () => {
    await waitFor('all acknowledged events are stored', () => {
      const stored = new Set(kafka.stored(logs).map(({ key }) => key));
      return [...acknowledged].every((key) => stored.has(key));
    });
    expect(acknowledged.size).toBeGreaterThanOrEqual(12);
    await waitFor('nothing is held any more', async () => {
      const { text } = await send(gateway.httpPort, { method: 'GET', path: '/metrics' });
      return text.includes('hercules_gateway_admitted_bytes 0\n') && text.includes('hercules_gateway_buffered_bytes 0\n');
    });
  });
});
