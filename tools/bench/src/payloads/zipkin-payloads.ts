import { randomBytes } from 'node:crypto';

const MICROSECONDS_PER_MS = 1000;

/** Zipkin v2 spans as JSON, about 480 bytes each. Source: zipkin.io/zipkin-api. */
export function zipkinSpans(count: number): Buffer {
  return Buffer.from(
    JSON.stringify(
      Array.from({ length: count }, (_, i) => ({
        traceId: randomBytes(16).toString('hex'),
        parentId: randomBytes(8).toString('hex'),
        id: randomBytes(8).toString('hex'),
        kind: 'SERVER',
        name: 'post /orders/{id}/items',
        timestamp: Date.now() * MICROSECONDS_PER_MS,
        duration: (1 + (i % 90)) * MICROSECONDS_PER_MS,
        localEndpoint: { serviceName: 'orders-api', ipv4: '10.0.7.1', port: 8080 },
        remoteEndpoint: { ipv4: '10.0.9.4' },
        tags: { 'http.method': 'POST', 'http.path': `/orders/${100_000 + i}/items`, 'http.status_code': '200' },
      })),
    ),
  );
}
