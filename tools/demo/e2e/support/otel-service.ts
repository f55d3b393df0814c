import { type Attributes, SpanKind, SpanStatusCode, trace, context as contextApi } from '@opentelemetry/api';
import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { Metadata } from '@grpc/grpc-js';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const WARN = 13;

export type OtlpTransport = 'grpc' | 'http/protobuf' | 'http/json';

/** OpenTelemetry's SDK, set up as a service has it, for one transport. */
export class OtelService {
  readonly #loggers: LoggerProvider;
  readonly #tracers: TracerProvider;
  readonly #meters: MeterProvider;

  /** @param urls of the gateway */
  constructor(transport: OtlpTransport, urls: { grpc: string; http: string }, apiKey: string, attributes: Attributes) {
    const resource = resourceFromAttributes(attributes);
    const exporters = exportersOf(transport, urls, apiKey);
    this.#loggers = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter: exporters.logs })] });
    this.#tracers = new TracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor({ exporter: exporters.traces })] });
    const reader = new PeriodicExportingMetricReader({ exporter: exporters.metrics, exportIntervalMillis: 3_600_000 });
    this.#meters = new MeterProvider({ resource, readers: [reader] });
  }

  /** A span of a server with a log record in it and a child that fails. @returns the trace's id */
  work(): string {
    const tracer = this.#tracers.getTracer('shop.orders', '1.2.3');
    const span = tracer.startSpan('POST /orders', {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': 'POST', 'url.path': '/orders' },
    });
    const context = trace.setSpan(contextApi.active(), span);
    this.#loggers.getLogger('shop.orders').emit({
      severityNumber: WARN,
      body: 'order is late',
      attributes: { order: 17, tags: ['a', 'b'] },
      context,
    });
    const child = tracer.startSpan('charge', { kind: SpanKind.CLIENT, attributes: { 'server.address': 'payment' } }, context);
    child.recordException(new TypeError('card refused'));
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'card refused' });
    child.end();
    span.setAttribute('http.response.status_code', 200);
    span.setStatus({ code: SpanStatusCode.OK });
    span.end();
    return span.spanContext().traceId;
  }

  /** A counter and a histogram with these names. */
  measure(counter: string, histogram: string): void {
    const meter = this.#meters.getMeter('shop.orders');
    meter.createCounter(counter).add(3, { route: '/orders' });
    meter.createHistogram(histogram, { advice: { explicitBucketBoundaries: [0.5, 1] } }).record(0.7);
  }

  /** Sends what is left; rejects when the gateway did not take it. */
  async close(): Promise<void> {
    await Promise.all([this.#loggers.forceFlush(), this.#tracers.forceFlush(), this.#meters.forceFlush()]);
    await Promise.all([this.#loggers.shutdown(), this.#tracers.shutdown(), this.#meters.shutdown()]);
  }
}

function exportersOf(transport: OtlpTransport, urls: { grpc: string; http: string }, apiKey: string) {
  if (transport === 'grpc') {
    const metadata = new Metadata();
    metadata.set('authorization', `Hercules apiKey ${apiKey}`);
    const options = { url: urls.grpc, metadata };
    return { logs: new GrpcLogExporter(options), traces: new GrpcTraceExporter(options), metrics: new GrpcMetricExporter(options) };
  }
  const options = (signal: string) => ({ url: `${urls.http}/v1/${signal}`, headers: { apikey: apiKey }, compression: 'gzip' as never });
  if (transport === 'http/json') {
    return {
      logs: new JsonLogExporter(options('logs')),
      traces: new JsonTraceExporter(options('traces')),
      metrics: new JsonMetricExporter(options('metrics')),
    };
  }
  return {
    logs: new ProtoLogExporter(options('logs')),
    traces: new ProtoTraceExporter(options('traces')),
    metrics: new ProtoMetricExporter(options('metrics')),
  };
}
