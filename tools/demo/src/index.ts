export { EventSender, type EventSenderOptions } from './gateway/event-sender.ts';
export { writeAnnotationEvent } from './telemetry/annotation-event.ts';
export { type MetricTags, writeMetricEvent } from './telemetry/metric-event.ts';
