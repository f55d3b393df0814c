export { EventSender, type EventSenderOptions } from './gateway/event-sender.ts';
export { writeAnnotationEvent } from './telemetry/annotation-event.ts';
export { type MetricTags, writeMetricEvent } from './telemetry/metric-event.ts';
export { AppSource } from './metrics/app-source.ts';
export { ElasticsearchSource } from './metrics/elasticsearch-source.ts';
export { KafkaSource } from './metrics/kafka-source.ts';
export type { MetricSample, MetricSource } from './metrics/metric-sample.ts';
export { MetricsReporter, type MetricsReporterOptions } from './metrics/metrics-reporter.ts';
