import { type HerculesEvent, type Value } from '@hercules/protocol';
import { waitUntil } from '@hercules/service/testing';
import { RecordingGateway } from '../src/gateway/recording-gateway.ts';
import { spanUuid, traceUuid } from '../src/tracing/trace-context.ts';
import { ShopProcesses } from './support/shop-processes.ts';

jest.setTimeout(60_000);

const ORDER = { items: [{ sku: 'T111', quantity: 1 }], card: '4111111111111111' };
const CALLER = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) };

let gateway: RecordingGateway;
let shop: ShopProcesses;

async function startShop(failureRate: number): Promise<void> {
  gateway = await RecordingGateway.start();
  shop = await ShopProcesses.start({ gateway: gateway.url, apiKey: 'key', failureRate });
}
afterEach(async () => {
  await shop.kill();
  await gateway.close();
});

const order = (body: unknown): Promise<Response> =>
  fetch(`${shop.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` },
    body: JSON.stringify(body),
  });
const text = (event: HerculesEvent, key: string): string | undefined => event.payload.get(key)?.value as string | undefined;
const annotation = (event: HerculesEvent, key: string): unknown =>
  (event.payload.get('annotations')!.value as ReadonlyMap<string, Value>).get(key)?.value;
/**
 * The spans from the outermost to the innermost, as `application operation kind`.
 * @throws Error unless each but the first has its parent there
 */
async function spansOf(count: number): Promise<HerculesEvent[]> {
  const events = await waitUntil(`${count} spans`, 30_000, () => gateway.of('traces_demo').length === count && gateway.of('traces_demo'));
  return [...events].sort((a, b) =>
    (a.payload.get('beginTimestampUtc')!.value as bigint) < (b.payload.get('beginTimestampUtc')!.value as bigint) ? -1 : 1,
  );
}

describe('the shop', () => {
  it('makes one trace of an order through its three services', async () => {
    await startShop(0);
    const answer = await order(ORDER);
    expect(answer.status).toBe(200);
    const spans = await spansOf(7);
    expect(
      spans.map((span) => `${annotation(span, 'application')} ${annotation(span, 'operation')} ${annotation(span, 'kind') ?? ''}`.trim()),
    ).toEqual([
      'shop-front POST /orders http-request-server',
      'shop-front POST /checkout http-request-client',
      'shop-cart POST /checkout http-request-server',
      'shop-cart compute price',
      'shop-cart POST /payments http-request-client',
      'shop-payment POST /payments http-request-server',
      'shop-payment charge card',
    ]);
    expect(new Set(spans.map((span) => text(span, 'traceId')))).toEqual(new Set([traceUuid(CALLER.traceId)]));
    const ids = spans.map((span) => text(span, 'spanId'));
    expect(new Set(ids).size).toBe(7);
    expect(spans.map((span) => text(span, 'parentSpanId'))).toEqual([
      spanUuid(CALLER.spanId),
      ids[0],
      ids[1],
      ids[2],
      ids[2],
      ids[4],
      ids[5],
    ]);
    expect(new Set(spans.map((span) => annotation(span, 'status')))).toEqual(new Set(['success']));
    expect(annotation(spans[1]!, 'http.client.name')).toBe('shop-cart');
    expect(annotation(spans[2]!, 'http.client.name')).toBe('shop-front');
    expect(annotation(spans[2]!, 'http.response.code')).toBe(200);
    expect(annotation(spans[1]!, 'http.request.size')).toBe(annotation(spans[2]!, 'http.request.size'));
  });

  it('shows a failed payment as an error in all of them, and in the logs of the same trace', async () => {
    await startShop(1);
    const answer = await order(ORDER);
    expect(answer.status).toBe(502);
    const spans = await spansOf(7);
    const failed = spans.filter((span) => annotation(span, 'status') === 'error');
    expect(failed.map((span) => annotation(span, 'operation'))).toEqual([
      'POST /orders',
      'POST /checkout',
      'POST /checkout',
      'POST /payments',
      'POST /payments',
      'charge card',
    ]);
    const logs = await waitUntil('three error lines', 30_000, () => {
      const errors = gateway.of('logs_shop').filter((log) => text(log, 'level') === 'Error');
      return errors.length === 3 && errors;
    });
    for (const log of logs) {
      const properties = log.payload.get('properties')!.value as ReadonlyMap<string, Value>;
      expect(properties.get('traceId')).toEqual({ type: 'string', value: CALLER.traceId });
      expect(text(log, 'message')).toContain('the bank has closed the connection');
    }
  });

  it('ends within two seconds of SIGTERM, with all that it had to tell', async () => {
    await startShop(0);
    expect((await order(ORDER)).status).toBe(200);
    expect((await order({ items: [] })).status).toBe(400);
    const startedAt = performance.now();
    for (const app of shop.all) app.signal('SIGTERM');
    const ends = await Promise.all(shop.all.map((app) => app.waitForEnd(10_000)));
    expect(ends).toEqual([0, 0, 0]);
    expect(performance.now() - startedAt).toBeLessThan(2500);
    expect(gateway.of('traces_demo')).toHaveLength(8);
    const counted = gateway.of('metrics_demo').map((event) => {
      const { elements } = event.payload.get('tags')!.value as { elements: readonly ReadonlyMap<string, Value>[] };
      return `${elements.map((pair) => pair.get('value')!.value as string).join(' ')} = ${event.payload.get('value')!.value as number}`;
    });
    const instance = shop.url.slice('http://'.length);
    expect(counted).toContain(`shop_orders_total shop local shop-front ${instance} paid = 1`);
    expect(counted).toContain(`shop_revenue_euros_total shop local shop-front ${instance} = ${(3490 + 490 + 756) / 100}`);
    expect(counted).toContain(`shop_requests_total shop local shop-front ${instance} POST /orders 400 = 1`);
  });

  it('makes requests of its own', async () => {
    gateway = await RecordingGateway.start();
    shop = await ShopProcesses.start({ gateway: gateway.url, apiKey: 'key', rate: 50 });
    await waitUntil('spans of visitors', 30_000, () =>
      gateway.of('traces_demo').some((span) => annotation(span, 'http.client.name') === 'shop-visitor'),
    );
  });
});
