import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBatch } from '@hercules/protocol';
import { HerculesClient } from './client.ts';
import type { HerculesClientOptions, LostEvents } from './options.ts';

/** A gateway whose answers the test decides about, on a port of its own. */
class Gateway {
  readonly batches: Buffer[] = [];
  readonly requests: { path: string; key: string | undefined }[] = [];
  readonly #server: Server;
  answer: (batch: Buffer, request: number) => { status: number; text?: string; headers?: Record<string, string> } | Promise<never> =
    () => ({ status: 200 });

  constructor() {
    this.#server = createServer((request, response) => {
      void readBody(request).then(async (body) => {
        this.requests.push({ path: request.url!, key: request.headers.authorization });
        const { status, text = '', headers = {} } = await this.answer(body, this.requests.length);
        if (status === 200) this.batches.push(body);
        response.writeHead(status, headers).end(text);
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get messages(): unknown[] {
    return this.batches.flatMap((batch) => readBatch(batch).map(({ payload }) => payload.get('message')?.value));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const gateways: Gateway[] = [];
const lost: LostEvents[] = [];
let client: HerculesClient | undefined;

async function gateway(): Promise<Gateway> {
  const started = await new Gateway().start();
  gateways.push(started);
  return started;
}

function connect(options: Partial<HerculesClientOptions> = {}): HerculesClient {
  client = new HerculesClient({
    endpoints: gateways.map(({ url }) => url),
    apiKey: 'key',
    streams: { logs: 'logs_a' },
    firstRetryMs: 1,
    onLost: (loss) => lost.push(loss),
    ...options,
  });
  return client;
}

afterEach(async () => {
  await client?.close(0);
  await Promise.all(gateways.splice(0).map((each) => each.stop()));
  lost.length = 0;
});

it('sends what was logged in batches, by stream, with the key', async () => {
  const { requests, batches } = await gateway();
  const logger = connect();
  for (let i = 0; i < 1000; i++) expect(logger.log({ message: `m${i}` }, i % 2 === 0 ? undefined : 'logs_b')).toBe(true);
  await logger.flush();
  expect(requests.map(({ path, key }) => `${path} ${key}`).sort()).toEqual([
    '/stream/send?stream=logs_a Hercules apiKey key',
    '/stream/send?stream=logs_b Hercules apiKey key',
  ]);
  expect(batches.map((batch) => readBatch(batch).length)).toEqual([500, 500]);
  const times = readBatch(batches[0]!).map(({ timestamp }) => timestamp);
  expect(times).toEqual([...new Set(times)].sort((a, b) => (a < b ? -1 : 1)));
  expect(logger.stats).toEqual({ queued: 1000, acknowledged: 1000, dropped: 0, invalid: 0, lost: 0, retries: 0, queuedBytes: 0 });
});

it('a full batch does not wait, a small one no longer than the linger', async () => {
  const { batches } = await gateway();
  const logger = connect({ maxBatchEvents: 10, lingerMs: 1 });
  for (let i = 0; i < 25; i++) logger.log({ message: 'm' });
  await logger.room();
  while (logger.stats.acknowledged < 25) await new Promise((resolve) => setImmediate(resolve));
  expect(batches.map((batch) => readBatch(batch).length).sort()).toEqual([10, 10, 5]);
});

it('sends the same bytes again until they are acknowledged, and waits as it is told', async () => {
  const one = await gateway();
  const bodies: string[] = [];
  one.answer = (batch, request) => {
    bodies.push(batch.toString('hex'));
    return [{ status: 503, headers: { 'retry-after': '0' } }, { status: 429 }, { status: 500 }, { status: 200 }][request - 1]!;
  };
  const logger = connect();
  logger.log({ message: 'm' });
  await logger.flush();
  expect(new Set(bodies).size).toBe(1);
  expect(logger.stats).toMatchObject({ acknowledged: 1, retries: 3, lost: 0 });
});

it('goes to another gateway at once when one is away, and passes it over afterwards', async () => {
  const [first, second] = [await gateway(), await gateway()];
  const logger = connect({ maxBatchEvents: 1, maxRequestsInFlight: 1 });
  await first.stop();
  for (let i = 0; i < 5; i++) logger.log({ message: `m${i}` });
  await logger.flush();
  expect(second.messages).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  expect(logger.stats).toMatchObject({ acknowledged: 5, retries: 1 });
});

it('takes the one event out that a gateway refuses, and tells of it', async () => {
  const one = await gateway();
  one.answer = (batch) => {
    const at = readBatch(batch).findIndex(({ payload }) => payload.get('message')?.value === 'bad');
    return at < 0 ? { status: 200 } : { status: 400, text: `Event ${at} of the batch is not acceptable, at byte 5: no` };
  };
  const logger = connect();
  for (const message of ['a', 'bad', 'b', 'bad', 'c']) logger.log({ message });
  await logger.flush();
  expect(one.messages).toEqual(['a', 'b', 'c']);
  expect(logger.stats).toMatchObject({ acknowledged: 3, lost: 2 });
  expect(lost.map(({ stream, events, error }) => [stream, events, error.code])).toEqual(Array(2).fill(['logs_a', 1, 'INVALID_ARGUMENT']));
});

it('finds the events that a gateway refuses without naming them, and keeps the order of the others', async () => {
  const one = await gateway();
  one.answer = (batch) => {
    const isBad = readBatch(batch).some(({ payload }) => String(payload.get('message')?.value).startsWith('bad'));
    return isBad ? { status: 400, text: 'Invalid event data' } : { status: 200 };
  };
  const logger = connect({ maxRequestsInFlight: 1 });
  const sent = Array.from({ length: 100 }, (_, i) => (i % 33 === 7 ? `bad ${i}` : `m${i}`));
  for (const message of sent) logger.log({ message });
  await logger.flush();
  expect(one.messages).toEqual(sent.filter((message) => !message.startsWith('bad')));
  expect(logger.stats).toMatchObject({ acknowledged: 97, lost: 3 });
});

it('does not ask for each event of a batch when none is taken', async () => {
  const one = await gateway();
  one.answer = () => ({ status: 400, text: 'The stream is a derived one' });
  const logger = connect();
  for (let i = 0; i < 1000; i++) logger.log({ message: 'm' });
  await logger.flush();
  expect(one.requests.length).toBeLessThan(100);
  expect(logger.stats).toMatchObject({ acknowledged: 0, lost: 1000 });
});

it('halves what is too large', async () => {
  const one = await gateway();
  one.answer = (batch) => ({ status: readBatch(batch).length > 2 ? 413 : 200 });
  const logger = connect();
  for (let i = 0; i < 7; i++) logger.log({ message: `m${i}` });
  await logger.flush();
  expect(one.messages).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
});

it.each([
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'STREAM_NOT_FOUND'],
])('does not repeat what is refused with %i', async (status, code) => {
  const one = await gateway();
  one.answer = () => ({ status, text: 'no' });
  const logger = connect();
  logger.log({ message: 'm' });
  await logger.flush();
  expect(one.requests).toHaveLength(1);
  expect(lost).toMatchObject([{ events: 1, error: { code, message: expect.stringContaining('no') } }]);
  await expect(logger.sendBatch('logs_a', Buffer.from('00000000', 'hex'))).rejects.toMatchObject({ code });
});

it('flush waits for what was taken before it, and for nothing that comes later', async () => {
  const one = await gateway();
  let isLogging = true;
  const logger = connect({ lingerMs: 1 });
  one.answer = () => {
    // A program that goes on logging while it waits.
    if (isLogging) logger.log({ message: 'later' });
    return { status: 200 };
  };
  logger.log({ message: 'before' });
  await logger.flush();
  expect(one.messages).toContain('before');
  isLogging = false;
});

it('drops and counts what the queue has no room for, or asks to wait', async () => {
  const one = await gateway();
  one.answer = () => ({ status: 503 });
  const dropping = connect({ maxQueuedBytes: 10_000, maxBatchBytes: 1000 });
  const taken = Array.from({ length: 1000 }, () => dropping.log({ message: 'x'.repeat(100) })).filter(Boolean).length;
  const { queued, dropped, queuedBytes } = dropping.stats;
  expect([queued, dropped]).toEqual([taken, 1000 - taken]);
  expect(queuedBytes).toBeLessThan(10_200);
  await dropping.close(0);
  expect(dropping.stats.lost).toBe(taken);

  one.answer = () => ({ status: 200 });
  const waiting = connect({ maxQueuedBytes: 10_000, maxBatchBytes: 1000, onFull: 'wait' });
  let waits = 0;
  for (let i = 0; i < 1000; i++) {
    if (waiting.log({ message: 'x'.repeat(100) })) continue;
    waits++;
    await waiting.room();
  }
  await waiting.flush();
  expect(waits).toBeGreaterThan(5);
  expect(waiting.stats).toMatchObject({ acknowledged: 1000, dropped: 0 });
});

it('counts events that cannot be, and takes the others', async () => {
  const one = await gateway();
  const logger = connect({ maxEventBytes: 500 });
  expect(logger.log({ message: 'x'.repeat(600) })).toBe(false);
  expect(logger.metric({ name: 'm', value: 1 })).toBe(false);
  expect(logger.metric({ name: 'm', value: Number.POSITIVE_INFINITY }, 'metrics')).toBe(false);
  expect(logger.log({ message: 'key', properties: { ['k'.repeat(300)]: 1 } })).toBe(false);
  expect(logger.log({ message: 'good' })).toBe(true);
  await logger.flush();
  expect(one.messages).toEqual(['good']);
  expect(logger.stats).toMatchObject({ queued: 1, invalid: 4 });
  expect(lost).toHaveLength(4);
});

it('gives up after retryForMs, and at the end of close', async () => {
  const one = await gateway();
  one.answer = () => ({ status: 503 });
  const impatient = connect({ retryForMs: 0 });
  impatient.log({ message: 'm' });
  await impatient.flush();
  expect(lost).toMatchObject([{ events: 1, error: { code: 'THROTTLED' } }]);

  one.answer = () => new Promise<never>(() => undefined);
  const patient = connect();
  patient.log({ message: 'm' });
  await patient.close(20);
  expect(patient.stats).toMatchObject({ lost: 1, queuedBytes: 0 });
  expect(patient.log({ message: 'late' })).toBe(false);
});

it.each(['ftp://x', 'gateway:6306', ''])('refuses the endpoint %j', (endpoint) => {
  expect(() => new HerculesClient({ endpoints: [endpoint], apiKey: 'key' })).toThrow(/Expected an endpoint such as/);
});
