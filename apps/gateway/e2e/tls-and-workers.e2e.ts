import { request } from 'node:https';
import { credentials } from '@grpc/grpc-js';
import { newBatch } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { GrpcClient } from './support/grpc-client.ts';
import { send } from './support/http-client.ts';
import { TEST_CERTIFICATE, TestCertificateFiles } from './support/test-certificate.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const writer = newApiKey('writer');
let gateway: GatewayProcess;
let logs: string;

beforeAll(async () => {
  await kafka.start();
  logs = await kafka.createStream('tls');
  await kafka.putRule(writer, 'gw_e2e_*', 'write');
});

afterAll(() => kafka.stop());
afterEach(() => gateway?.kill());

const headers = { Authorization: `Hercules apiKey ${writer}` };

describe('TLS', () => {
  const files = new TestCertificateFiles();
  const { certFile, keyFile } = files;

  beforeEach(async () => {
    gateway = await GatewayProcess.start({
      'metadata.topic': kafka.metadataTopic,
      'http.tls.certFile': certFile,
      'http.tls.keyFile': keyFile,
      'grpc.tls.certFile': certFile,
      'grpc.tls.keyFile': keyFile,
    });
  });

  afterAll(() => files.remove());

  it('serves HTTPS', async () => {
    const body = newBatch(2000);
    const status = await new Promise<number>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: gateway.httpPort,
        path: `/stream/send?stream=${logs}`,
        method: 'POST',
        ca: TEST_CERTIFICATE,
        servername: 'localhost',
      };
      const req = request({ ...options, headers: { ...headers, 'Content-Length': body.length } }, (res) => {
        res.resume();
        resolve(res.statusCode!);
      });
      req.on('error', reject);
      req.end(body);
    });
    expect(status).toBe(200);
  });

  it('serves gRPC over TLS', async () => {
    const client = new GrpcClient(gateway.grpcPort, credentials.createSsl(Buffer.from(TEST_CERTIFICATE)));
    expect(await client.send(writer, { stream: logs, batch: newBatch(10) })).toEqual({ accepted: 10, filtered: 0 });
    client.close();
  });
});

describe('workers', () => {
  async function metric(name: string, timeoutMs = 30_000): Promise<number> {
    const { text } = await send(gateway.httpPort, { method: 'GET', path: '/metrics', timeoutMs });
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  it('share the ports of both listeners and add up their counters', async () => {
    gateway = await GatewayProcess.start({ 'metadata.topic': kafka.metadataTopic, workers: 2 });
    const client = new GrpcClient(gateway.grpcPort);
    for (let i = 0; i < 20; i++) {
      expect((await send(gateway.httpPort, { path: `/stream/send?stream=${logs}`, headers, body: newBatch(3) })).status).toBe(200);
    }
    expect(await client.send(writer, { stream: logs, batch: newBatch(7) })).toEqual({ accepted: 7, filtered: 0 });
    expect(await metric('hercules_gateway_accepted_events_total')).toBe(67);
    expect(await metric('hercules_workers')).toBe(2);
    client.close();
    expect(await gateway.stop()).toBe(0);
  });

  it('are replaced when they die, and the others go on', async () => {
    gateway = await GatewayProcess.start({ 'metadata.topic': kafka.metadataTopic, workers: 2 });
    const pids = [...gateway.output.matchAll(/"worker":\d+,.*"pid":(\d+),"msg":"running"/g)].map((match) => Number(match[1]));
    expect(pids).toHaveLength(2);
    process.kill(pids[0]!, 'SIGKILL');
    // A connection that was on its way to the dead worker gets no answer; a client would use the next gateway.
    const hasNewWorker = async (): Promise<boolean> =>
      (await metric('hercules_worker_restarts_total', 2000)) === 1 && (await metric('hercules_workers', 2000)) === 2;
    await waitFor('a new worker runs', () => hasNewWorker().catch(() => false), 30_000);
    for (let i = 0; i < 10; i++) {
      expect((await send(gateway.httpPort, { path: `/stream/send?stream=${logs}`, headers, body: newBatch(3) })).status).toBe(200);
    }
    expect(await gateway.stop()).toBe(0);
  });
});
