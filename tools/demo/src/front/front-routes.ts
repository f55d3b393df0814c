import type { HttpClient } from '../http/http-client.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { ShopRoute } from '../http/http-service.ts';
import { CATALOGUE, searchCatalogue } from '../shop/catalogue.ts';
import { readItems } from '../shop/price.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** What shop-cart answers to a checkout. */
interface PaidOrder {
  readonly orderId: string;
  readonly totalCents: number;
}

const MOST_FOUND = 20;

export function frontRoutes(telemetry: Telemetry, cart: HttpClient): Record<string, ShopRoute> {
  const { counters } = telemetry;
  return {
    'GET /products': ({ query }) => searchCatalogue(query.get('query') ?? '', MOST_FOUND),
    'GET /product': ({ query }) => {
      const sku = query.get('sku') ?? '';
      const product = CATALOGUE.get(sku);
      if (product === undefined) throw new HttpProblem(404, `there is no product ${sku}`);
      return product;
    },
    'POST /orders': async ({ body, span }) => {
      const items = readItems(body);
      const card: unknown = (body as { card?: unknown }).card;
      try {
        const order = await cart.post<PaidOrder>('/checkout', { items, card }, span.context);
        counters.add('shop_orders_total', [['outcome', 'paid']]);
        counters.add('shop_revenue_euros_total', [], order.totalCents / 100);
        telemetry.log('Info', 'order {orderId} of {pieces} pieces is paid: {totalCents} cents', span.context.traceId, {
          ...order,
          pieces: items.reduce((sum, { quantity }) => sum + quantity, 0),
        });
        return order;
      } catch (error) {
        counters.add('shop_orders_total', [['outcome', 'failed']]);
        throw error;
      }
    },
  };
}
