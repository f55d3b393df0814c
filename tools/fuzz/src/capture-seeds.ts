// Writes the bodies of requests as OpenTelemetry's SDK makes them into the folder seeds. They hold times and random ids, so they are kept as they are: inputs
// that are made from them stay the same. Run it again only to have what a newer SDK makes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { context, type HrTime, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

interface Bodies {
  readonly protobuf: readonly Uint8Array[];
  readonly json: readonly Uint8Array[];
}

const RESOURCE = resourceFromAttributes({
  'service.name': 'orders-api',
  'host.name': 'vm-orders-7',
  'service.instance.id': 'a-1',
  metric_zone: 'x',
});
const TIME: HrTime = [1_764_000_000, 123_456_700];
const ATTRIBUTES = {
  'http.method': 'GET',
  'http.status_code': 200,
  elapsed: 1.5,
  ok: true,
  list: ['a', 'b'],
  numbers: [1, 2],
  straße: 'ü 🎉',
};
const SPAN_CONTEXT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED };

async function logs(): Promise<Bodies> {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ resource: RESOURCE, processors: [new SimpleLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger('orders.http', '1.4.2');
  const inSpan = trace.setSpanContext(context.active(), SPAN_CONTEXT);
  logger.emit({
    timestamp: TIME,
    severityNumber: 9,
    severityText: 'INFO',
    body: 'Order accepted',
    attributes: ATTRIBUTES,
    context: inSpan,
  });
  logger.emit({
    timestamp: TIME,
    severityNumber: 17,
    body: { nested: { list: [1, 'x', null, { deep: true }] } },
    eventName: 'order.failed',
  });
  logger.emit({
    body: 'without a time',
    attributes: { 'exception.type': 'Error', 'exception.message': 'oops', 'exception.stacktrace': 'Error: oops\n    at x' },
  });
  await provider.forceFlush();
  const records = exporter.getFinishedLogRecords();
  return {
    protobuf: [records, records.slice(0, 1), records.slice(1)].map((some) => ProtobufLogsSerializer.serializeRequest(some)!),
    json: [records, records.slice(0, 1), records.slice(1)].map((some) => JsonLogsSerializer.serializeRequest(some)!),
  };
}

async function spans(): Promise<Bodies> {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ resource: RESOURCE, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('orders.http', '1.4.2');
  const parent = trace.setSpanContext(context.active(), SPAN_CONTEXT);
  const span = tracer.startSpan(
    'GET /orders',
    { kind: SpanKind.SERVER, startTime: TIME, attributes: ATTRIBUTES, links: [{ context: SPAN_CONTEXT }] },
    parent,
  );
  span.addEvent('retry', { attempt: 2 }, TIME);
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'timed out' });
  span.end([TIME[0] + 1, TIME[1]]);
  tracer.startSpan('root', { root: true, startTime: TIME }).end(TIME);
  await provider.forceFlush();
  const finished = exporter.getFinishedSpans();
  return {
    protobuf: [finished, finished.slice(0, 1)].map((some) => ProtobufTraceSerializer.serializeRequest(some)!),
    json: [finished, finished.slice(0, 1)].map((some) => JsonTraceSerializer.serializeRequest(some)!),
  };
}

async function metrics(): Promise<Bodies> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  const views = [{ instrumentName: 'sizes', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } } as const];
  const provider = new MeterProvider({ resource: RESOURCE, readers: [reader], views });
  const meter = provider.getMeter('orders.http', '1.4.2');
  meter.createCounter('orders', { unit: '1', description: 'Orders' }).add(3, { route: '/orders' });
  meter.createUpDownCounter('open').add(-2.5);
  meter.createGauge('load').record(0.75, ATTRIBUTES);
  const seconds = meter.createHistogram('seconds');
  const sizes = meter.createHistogram('sizes');
  for (const value of [0, 0.5, 7, 300]) {
    seconds.record(value);
    sizes.record(value);
  }
  await reader.forceFlush();
  await provider.shutdown();
  const [first] = exporter.getMetrics();
  return {
    protobuf: [ProtobufMetricsSerializer.serializeRequest(first!)!],
    json: [JsonMetricsSerializer.serializeRequest(first!)!],
  };
}

const folder = join(import.meta.dirname, '..', 'seeds');
mkdirSync(folder, { recursive: true });
for (const [name, made] of Object.entries({ logs: await logs(), traces: await spans(), metrics: await metrics() })) {
  for (const [encoding, bodies] of Object.entries(made) as [string, readonly Uint8Array[]][]) {
    for (const [i, body] of bodies.entries()) writeFileSync(join(folder, `otlp-${name}-${encoding}-${i}.body`), body);
  }
}
