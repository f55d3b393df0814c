import { newBatch } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { RawConnection, send } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const writer = newApiKey('writer');
const CAPACITY = 1_000_000;
const WAIT_TIMEOUT_MS = 3000;
let gateway: GatewayProcess;
let logs: string;
let raw: RawConnection;

beforeAll(async () => {
  await kafka.start();
  logs = await kafka.createStream('raw');
  await kafka.putRule(writer, 'gw_e2e_*', 'write');
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'throttling.capacityBytes': CAPACITY,
    // Long enough for a slow machine to look on while a request waits, and for that to be over before the request in its way is.
    'throttling.waitTimeoutMs': WAIT_TIMEOUT_MS,
    'http.requestTimeoutMs': 10_000,
  });
});

afterAll(async () => {
  await gateway?.kill();
  await kafka.stop();
});

beforeEach(() => {
  raw = new RawConnection(gateway.httpPort);
});

afterEach(() => raw.destroy());

const batch = newBatch(5);

function head(contentLength: number | string | undefined, more = '', path = `/stream/send?stream=${logs}`, key = writer): string {
  const length = contentLength === undefined ? '' : `Content-Length: ${contentLength}\r\n`;
  return `POST ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Hercules apiKey ${key}\r\n${length}${more}\r\n`;
}

async function statuses(count: number): Promise<number[]> {
  return waitFor(`${count} answers`, () => raw.statuses.length >= count && raw.statuses);
}

async function metric(name: string): Promise<number> {
  const { text } = await send(gateway.httpPort, { method: 'GET', path: '/metrics' });
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('Content-Length', () => {
  it('is required', async () => {
    raw.write(head(undefined));
    expect(await statuses(1)).toEqual([411]);
  });

  it('is required of chunked bodies, and the connection lives on', async () => {
    raw.write(`${head(undefined, 'Transfer-Encoding: chunked\r\n')}5\r\nhello\r\n0\r\n\r\n`);
    expect(await statuses(1)).toEqual([411]);
    raw.write(head(batch.length));
    raw.write(batch);
    expect(await statuses(2)).toEqual([411, 200]);
  });

  it.each(['abc', '-1', '1.5', '0x10', '99999999999999999999999'])('%s is 400 and closes', async (length) => {
    raw.write(head(length));
    expect(await statuses(1)).toEqual([400]);
    await waitFor('the connection closes', () => raw.isClosed);
  });

  it('may not come with chunks', async () => {
    raw.write(head(5, 'Transfer-Encoding: chunked\r\n'));
    expect(await statuses(1)).toEqual([400]);
  });

  it('that is larger than what comes leads to a timeout, not to a batch', async () => {
    raw.write(head(batch.length + 10));
    raw.write(batch);
    expect(await statuses(1)).toEqual([408]);
    await waitFor('the connection closes', () => raw.isClosed);
    await waitFor('the permits are back', async () => (await metric('hercules_gateway_admitted_bytes')) === 0);
  });
});

describe('connections', () => {
  it('are kept for many requests', async () => {
    for (let i = 1; i <= 5; i++) {
      raw.write(head(batch.length));
      raw.write(batch);
      expect(await statuses(i)).toEqual(Array.from({ length: i }, () => 200));
    }
  });

  it('may be used for many requests at once', async () => {
    const requests = Array.from({ length: 20 }, (_, i) => [
      Buffer.from(head(batch.length, '', `/stream/send?stream=${i === 7 ? 'gw_e2e_no' : logs}`)),
      batch,
    ]);
    raw.write(Buffer.concat(requests.flat()));
    expect(await statuses(20)).toEqual(Array.from({ length: 20 }, (_, i) => (i === 7 ? 404 : 200)));
  });

  it('take bodies in small pieces', async () => {
    raw.write(head(batch.length));
    for (let at = 0; at < batch.length; at += 50) {
      raw.write(batch.subarray(at, at + 50));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await statuses(1)).toEqual([200]);
  });

  it.each([
    ['401', newApiKey('stranger'), undefined],
    ['404', writer, '/stream/send?stream=gw_e2e_nothing'],
  ])('give a client with 8 MB its %s and live on', async (status, key, path) => {
    raw.write(head(8_000_000, '', path, key));
    raw.write(Buffer.alloc(8_000_000));
    expect(await statuses(1)).toEqual([Number(status)]);
    raw.write(head(batch.length));
    raw.write(batch);
    expect(await statuses(2)).toEqual([Number(status), 200]);
  });

  it('give a client with 20 MB its 413', async () => {
    raw.write(head(20_000_000));
    raw.write(Buffer.alloc(20_000_000));
    expect(await statuses(1)).toEqual([413]);
  });

  it('tell a client that asks first to go on, or not', async () => {
    raw.write(head(batch.length, 'Expect: 100-continue\r\n'));
    expect(await statuses(1)).toEqual([100]);
    raw.write(batch);
    expect(await statuses(2)).toEqual([100, 200]);
    raw.write(head(20_000_000, 'Expect: 100-continue\r\n'));
    expect(await statuses(3)).toEqual([100, 200, 413]);
  });

  it('that break give back what they held', async () => {
    raw.write(head(900_000));
    raw.write(batch);
    await waitFor('the request is admitted', async () => (await metric('hercules_gateway_admitted_bytes')) === 900_000);
    raw.destroy();
    await waitFor('the permits are back', async () => (await metric('hercules_gateway_admitted_bytes')) === 0);
  });

  it('refuse what is no HTTP', async () => {
    raw.write('hello\r\n\r\n');
    expect(await statuses(1)).toEqual([400]);
  });

  it('refuse headers that are too long', async () => {
    raw.write(head(4, `X: ${'x'.repeat(20_000)}\r\n`));
    expect(await statuses(1)).toEqual([431]);
  });
});

describe('throttling', () => {
  it('lets a request wait, and refuses it after the time-out', async () => {
    raw.write(head(CAPACITY));
    await waitFor('the request is admitted', async () => (await metric('hercules_gateway_admitted_bytes')) === CAPACITY);
    const startedAt = Date.now();
    const refused = await send(gateway.httpPort, {
      path: `/stream/send?stream=${logs}`,
      headers: { Authorization: `Hercules apiKey ${writer}` },
      body: batch,
    });
    expect(refused.status).toBe(503);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(WAIT_TIMEOUT_MS - 10);
    raw.destroy();
    await waitFor('the permits are back', async () => (await metric('hercules_gateway_admitted_bytes')) === 0);
  });

  it('serves who waits as soon as there is room', async () => {
    raw.write(head(CAPACITY));
    await waitFor('the request is admitted', async () => (await metric('hercules_gateway_admitted_bytes')) === CAPACITY);
    const waiting = send(gateway.httpPort, {
      path: `/stream/send?stream=${logs}`,
      headers: { Authorization: `Hercules apiKey ${writer}` },
      body: batch,
    });
    await waitFor('the second request waits', async () => (await metric('hercules_gateway_waiting_requests')) === 1);
    raw.destroy();
    expect((await waiting).status).toBe(200);
    await waitFor('the permits are back', async () => (await metric('hercules_gateway_admitted_bytes')) === 0);
  });

  it('forgets who has gone', async () => {
    raw.write(head(CAPACITY));
    await waitFor('the request is admitted', async () => (await metric('hercules_gateway_admitted_bytes')) === CAPACITY);
    const waiting = new RawConnection(gateway.httpPort);
    waiting.write(Buffer.concat([Buffer.from(head(batch.length)), batch]));
    await waitFor('the second request waits', async () => (await metric('hercules_gateway_waiting_requests')) === 1);
    waiting.destroy();
    await waitFor(
      'its end is counted',
      async () =>
        (await metric('hercules_gateway_requests_total{receiver="http",method="send",status="499"}'.replace(/[{}]/g, '\\$&'))) >= 1,
    );
    raw.destroy();
    await waitFor('the permits are back', async () => (await metric('hercules_gateway_admitted_bytes')) === 0);
  });
});
