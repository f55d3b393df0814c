export * from './adapter.ts';
export { Backoff, sleep } from './backoff.ts';
export { ConcurrencyLimit } from './concurrency-limit.ts';
export * from './config.ts';
export { DeadLetters, type DeadLetter, type DeadLetterOptions } from './dead-letters.ts';
export { createEventFilter, type EventFilter, type EventFilterConfig } from './event-filter.ts';
export { SinkLoop, type SinkConsumer } from './sink-loop.ts';
export type { SinkCounters } from './sink-counters.ts';
export { registerSinkMetrics, type SinkMetricsRegistry } from './sink-metrics.ts';
