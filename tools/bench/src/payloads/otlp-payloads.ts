import { randomBytes } from 'node:crypto';
import { field, fixed64Field, varintField } from './proto-bytes.ts';

const RESOURCE_ATTRIBUTES = [
  ['service.name', 'orders-api'],
  ['service.version', '3.14.1'],
  ['deployment.environment', 'staging'],
  ['host.name', 'vm-orders-7'],
] as const;

const RESOURCE = resource();
const SCOPE = field(1, [field(1, 'orders.http'), field(2, '1.4.2')]);
const NANOSECONDS_PER_MS = 1_000_000n;

/**
 * `ExportLogsServiceRequest` with so many records of about 402 bytes: both times, severity, a message, 8 attributes, trace and span id.
 * Source: opentelemetry/proto/logs/v1/logs.proto.
 */
export function otlpLogs(records: number): Buffer {
  return field(1, [RESOURCE, field(2, [SCOPE, ...Array.from({ length: records }, (_, i) => field(2, logRecord(i)))])]);
}

/** `ExportTraceServiceRequest` with so many spans of about 317 bytes with 7 attributes. Source: opentelemetry/proto/trace/v1/trace.proto. */
export function otlpSpans(spans: number): Buffer {
  return field(1, [RESOURCE, field(2, [SCOPE, ...Array.from({ length: spans }, (_, i) => field(2, span(i)))])]);
}

/** The same logs as JSON, as OTLP/HTTP wants it. */
export function otlpLogsJson(records: number): Buffer {
  const now = now64().toString();
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const logRecords = Array.from({ length: records }, (_, i) => ({
    timeUnixNano: now,
    observedTimeUnixNano: now,
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: message(i) },
    attributes: [
      ...textAttributes(i).map(([key, value]) => text(key, value)),
      { key: 'http.response.status_code', value: { intValue: '200' } },
      { key: 'elapsed_ms', value: { intValue: String(i % 1000) } },
    ],
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    flags: 1,
  }));
  const attributes = RESOURCE_ATTRIBUTES.map(([key, value]) => text(key, value));
  return Buffer.from(
    JSON.stringify({
      resourceLogs: [{ resource: { attributes }, scopeLogs: [{ scope: { name: 'orders.http', version: '1.4.2' }, logRecords }] }],
    }),
  );
}

function resource(): Buffer {
  return field(
    1,
    RESOURCE_ATTRIBUTES.map(([key, value]) => textAttribute(1, key, value)),
  );
}

function message(i: number): string {
  return `Order ${100_000 + i} was accepted for delivery by the warehouse Hamburg-Altona in ${i % 1000} ms, slot B-17b`;
}

function textAttributes(i: number): [string, string][] {
  return [
    ['http.request.method', 'POST'],
    ['http.route', '/orders/{id}/items'],
    ['customer.id', `c-${100_000 + (i % 5000)}`],
    ['thread.name', `worker-${i % 16}`],
    ['code.function.name', 'acceptOrder'],
    ['logger', 'shop.orders.Acceptance'],
  ];
}

function logRecord(i: number): Buffer[] {
  const now = now64();
  return [
    fixed64Field(1, now),
    varintField(2, 9),
    field(3, 'INFO'),
    field(5, [field(1, message(i))]),
    ...textAttributes(i).map(([key, value]) => textAttribute(6, key, value)),
    intAttribute(6, 'http.response.status_code', 200),
    intAttribute(6, 'elapsed_ms', i % 1000),
    field(9, Buffer.from('4bf92f3577b34da6a3ce929d0e0e4736', 'hex')),
    field(10, Buffer.from('00f067aa0ba902b7', 'hex')),
    fixed64Field(11, now),
  ];
}

function span(i: number): Buffer[] {
  const end = now64();
  return [
    field(1, randomBytes(16)),
    field(2, randomBytes(8)),
    field(4, randomBytes(8)),
    field(5, 'POST /orders/{id}/items'),
    varintField(6, 2),
    fixed64Field(7, end - BigInt(1 + (i % 90)) * NANOSECONDS_PER_MS),
    fixed64Field(8, end),
    textAttribute(9, 'http.request.method', 'POST'),
    textAttribute(9, 'url.path', `/orders/${100_000 + i}/items`),
    textAttribute(9, 'http.route', '/orders/{id}/items'),
    textAttribute(9, 'customer.id', `c-${100_000 + (i % 5000)}`),
    textAttribute(9, 'thread.name', `worker-${i % 16}`),
    textAttribute(9, 'server.address', 'orders.shop.test'),
    intAttribute(9, 'http.response.status_code', 200),
    field(15, [varintField(3, 1)]),
  ];
}

function textAttribute(number: number, key: string, value: string): Buffer {
  return field(number, [field(1, key), field(2, [field(1, value)])]);
}

function intAttribute(number: number, key: string, value: number): Buffer {
  return field(number, [field(1, key), field(2, [varintField(3, value)])]);
}

function now64(): bigint {
  return BigInt(Date.now()) * NANOSECONDS_PER_MS;
}
