import { status } from '@grpc/grpc-js';
import { newBatch, newEvent, batchOf } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { GrpcClient, type SendStreamResponse } from './support/grpc-client.ts';
import { RawConnection, send } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const writer = newApiKey('writer');
let gateway: GatewayProcess;
let logs: string;

beforeAll(async () => {
  await kafka.start();
  logs = await kafka.createStream('stop');
  await kafka.putRule(writer, 'gw_e2e_*', 'write');
  await kafka.follow(logs);
});

afterAll(() => kafka.stop());
afterEach(() => gateway?.kill());

function start(settings: Record<string, string | number> = {}): Promise<GatewayProcess> {
  return GatewayProcess.start({ 'metadata.topic': kafka.metadataTopic, ...settings });
}

const headers = { Authorization: `Hercules apiKey ${writer}` };
const path = (): string => `/stream/send?stream=${logs}`;
const getStatus = (port: number) => send(port, { method: 'GET', path: '/status' }).then((answer) => answer.status);

describe('stopping', () => {
  it('answers 410 to new requests during the grace period, and UNAVAILABLE to calls', async () => {
    // Long enough for a slow machine to ask for everything below.
    gateway = await start({ shutdownGracePeriodMs: 6000 });
    const client = new GrpcClient(gateway.grpcPort);
    expect((await send(gateway.httpPort, { path: path(), headers, body: newBatch(1) })).status).toBe(200);
    expect(await getStatus(gateway.httpPort)).toBe(200);
    gateway.signal('SIGTERM');
    await waitFor('/status is 410', async () => (await getStatus(gateway.httpPort)) === 410);
    const refused = await send(gateway.httpPort, { path: path(), headers, body: newBatch(1) });
    expect(refused).toMatchObject({ status: 410, headers: { connection: 'close' } });
    expect(await client.refusal(writer, { stream: logs, batch: newBatch(1) })).toMatchObject({ code: status.UNAVAILABLE });
    expect(await client.unary('grpc.health.v1.Health', 'Check', { service: '' })).toEqual({ status: 'NOT_SERVING' });
    expect((await send(gateway.httpPort, { method: 'GET', path: '/ping' })).status).toBe(200);
    expect(await gateway.exited()).toBe(0);
    client.close();
  });

  it('lets a request that has begun come to its end', async () => {
    gateway = await start();
    const body = newBatch(100);
    const raw = new RawConnection(gateway.httpPort);
    raw.write(`POST ${path()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.Authorization}\r\nContent-Length: ${body.length}\r\n\r\n`);
    raw.write(body.subarray(0, 1000));
    await waitFor('the request is admitted', async () => {
      const { text } = await send(gateway.httpPort, { method: 'GET', path: '/metrics' });
      return text.includes(`hercules_gateway_admitted_bytes ${body.length}\n`);
    });
    gateway.signal('SIGTERM');
    await waitFor('it is stopping', () => gateway.output.includes('"msg":"stopping"'));
    raw.write(body.subarray(1000));
    await waitFor('the answer', () => raw.statuses.length === 1);
    expect(raw.statuses).toEqual([200]);
    expect(await gateway.exited()).toBe(0);
  });

  it('answers what a stream has sent, then ends it', async () => {
    gateway = await start();
    const client = new GrpcClient(gateway.grpcPort);
    const call = client.sendStream(writer);
    const answers: SendStreamResponse[] = [];
    call.on('data', (answer: SendStreamResponse) => answers.push(answer));
    call.on('error', () => undefined);
    const ended = new Promise<{ code: number }>((resolve) => call.on('status', resolve));
    call.write({ sequence: 1, request: { stream: logs, batch: newBatch(1) } });
    await waitFor('the first answer', () => answers.length === 1);
    gateway.signal('SIGTERM');
    expect((await ended).code).toBe(status.UNAVAILABLE);
    expect(await gateway.exited()).toBe(0);
    expect(answers.every(({ code }) => code === 0)).toBe(true);
    client.close();
  });

  it('delivers what was taken without waiting for Kafka', async () => {
    gateway = await start({ 'producer.lingerMs': 2000 });
    const events = Array.from({ length: 50 }, (_, i) => newEvent(`late ${i}`));
    const answer = await send(gateway.httpPort, { path: `/stream/sendAsync?stream=${logs}`, headers, body: batchOf(...events) });
    expect(answer.status).toBe(200);
    expect(await gateway.stop()).toBe(0);
    await waitFor('the events are stored', () => {
      const keys = new Set(kafka.stored(logs).map(({ key }) => key));
      return events.every(({ uuid }) => keys.has(uuid.replaceAll('-', '')));
    });
  });

  it('does not take for ever when a client is slow', async () => {
    gateway = await start({ shutdownTimeoutMs: 15_000 });
    const raw = new RawConnection(gateway.httpPort);
    raw.write(`POST ${path()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.Authorization}\r\nContent-Length: 1000\r\n\r\n`);
    await waitFor('the request is admitted', async () => {
      const { text } = await send(gateway.httpPort, { method: 'GET', path: '/metrics' });
      return text.includes('hercules_gateway_admitted_bytes 1000\n');
    });
    expect(await gateway.stop()).toBe(0);
  });
});

describe('starting', () => {
  it('fails in words when the port is taken', async () => {
    gateway = await start();
    await expect(start({ 'http.port': gateway.httpPort })).rejects.toThrow(/port is taken/);
  });

  it('serves without gRPC if told so', async () => {
    gateway = await start({ 'grpc.enabled': 'false' });
    expect(gateway.output).not.toContain('listening for gRPC');
    expect(await getStatus(gateway.httpPort)).toBe(200);
  });

  it('answers below a root path', async () => {
    gateway = await start({ 'http.rootPath': '/hercules' });
    expect((await send(gateway.httpPort, { path: `/hercules${path()}`, headers, body: newBatch(1) })).status).toBe(200);
    expect((await send(gateway.httpPort, { path: path(), headers, body: newBatch(1) })).status).toBe(404);
    expect((await send(gateway.httpPort, { method: 'GET', path: '/hercules/status' })).status).toBe(200);
  });
});
