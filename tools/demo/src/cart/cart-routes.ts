import { randomUUID } from 'node:crypto';
import type { HttpClient } from '../http/http-client.ts';
import type { ShopRoute } from '../http/http-service.ts';
import { priceOf, readItems } from '../shop/price.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export function cartRoutes({ counters, tracer }: Telemetry, payment: HttpClient): Record<string, ShopRoute> {
  return {
    'POST /checkout': async ({ body, span }) => {
      const items = readItems(body);
      const price = await tracer.within('compute price', span.context, async (computing) => {
        computing.annotate({ items: items.length });
        return priceOf(items);
      });
      counters.add(
        'shop_pieces_total',
        [],
        items.reduce((sum, { quantity }) => sum + quantity, 0),
      );
      const orderId = randomUUID();
      const card: unknown = (body as { card?: unknown }).card;
      await payment.post('/payments', { orderId, amountCents: price.total, card }, span.context);
      return { orderId, totalCents: price.total };
    },
  };
}
