export { HerculesClient } from './client.ts';
export type { Annotation } from './events/annotation.ts';
export type { LogEntry, LogLevel } from './events/log-entry.ts';
export type { Metric } from './events/metric.ts';
export type { Span } from './events/span.ts';
export { type TagValue, writeTag } from './events/tag-value.ts';
export type { Time } from './events/time.ts';
export type { ClientStats, DefaultStreams, HerculesClientOptions, LostEvents } from './options.ts';
export { EventWriter, HerculesError, TickClock, UuidV1Generator } from '@hercules/protocol/writing';
