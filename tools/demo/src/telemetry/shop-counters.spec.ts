import { ShopCounters } from './shop-counters.ts';

it('reports counters as they grow, and the quantiles of the time since the last report', () => {
  const counters = new ShopCounters();
  counters.add('orders', [['outcome', 'paid']]);
  counters.add('orders', [['outcome', 'paid']], 2);
  counters.add('orders', [['outcome', 'failed']]);
  for (let i = 1; i <= 200; i++) counters.tookSeconds(i);
  expect(counters.report()).toEqual([
    { name: 'orders', tags: [['outcome', 'paid']], value: 3 },
    { name: 'orders', tags: [['outcome', 'failed']], value: 1 },
    { name: 'shop_request_seconds', tags: [['quantile', '0.5']], value: 101 },
    { name: 'shop_request_seconds', tags: [['quantile', '0.99']], value: 199 },
  ]);
  expect(counters.report()).toHaveLength(2);
});
