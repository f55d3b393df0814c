import type { EventWriter } from '@hercules/protocol';

/** A metric's tags in their order; `_name` is the metric's name (protocol §10.3). */
export type MetricTags = readonly (readonly [key: string, value: string])[];

/** Writes a metric event (protocol §10.3). @param timestamp in ticks */
export function writeMetricEvent(writer: EventWriter, timestamp: bigint, uuid: string, tags: MetricTags, value: number): void {
  writer.beginEvent(timestamp, uuid);
  writer.double('value', value);
  writeTagList(writer, tags);
  writer.endEvent();
}

/** The tags of metrics and annotations: a vector of containers with key and value. */
export function writeTagList(writer: EventWriter, tags: MetricTags): void {
  writer.beginVector('tags', 'container');
  for (const [key, value] of tags) {
    writer.beginContainer(null);
    writer.string('key', key);
    writer.string('value', value);
    writer.endContainer();
  }
  writer.endVector();
}
