const ACTION = '{"create":{"_index":"logs-orders"}}\n';

/** A body of Elasticsearch's `_bulk`: so many documents as a log shipper sends them, about 390 bytes each. */
export function bulkDocuments(count: number): Buffer {
  const time = new Date().toISOString();
  const lines = Array.from({ length: count }, (_, i) => {
    const document = {
      '@timestamp': time,
      message: `Order ${100_000 + i} was accepted for delivery by the warehouse in ${i % 1000} ms`,
      log: { level: 'info', logger: 'shop.orders.Acceptance' },
      service: { name: 'orders-api', environment: 'staging' },
      host: { name: `vm-orders-${i % 16}` },
      trace: { id: '4bf92f3577b34da6a3ce929d0e0e4736' },
      elapsed: i % 1000,
      customer: `c-${100_000 + (i % 5000)}`,
    };
    return `${ACTION}${JSON.stringify(document)}\n`;
  });
  return Buffer.from(lines.join(''));
}
