/** The three kinds of telemetry that OTLP carries, and what each is called in its requests and answers. */
export const OTLP_SIGNALS = {
  logs: {
    path: '/v1/logs',
    method: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    rejected: 'rejectedLogRecords',
  },
  traces: {
    path: '/v1/traces',
    method: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    rejected: 'rejectedSpans',
  },
  metrics: {
    path: '/v1/metrics',
    method: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    rejected: 'rejectedDataPoints',
  },
} as const;

export type OtlpSignal = keyof typeof OTLP_SIGNALS;
