import type { EventWriter } from '@hercules/protocol';
import { type MetricTags, writeTagList } from './metric-event.ts';

/** Writes an annotation event (protocol §10.5): something that happened at a moment, to be drawn into graphs. @param timestamp in ticks */
export function writeAnnotationEvent(writer: EventWriter, timestamp: bigint, uuid: string, description: string, tags: MetricTags): void {
  writer.beginEvent(timestamp, uuid);
  writer.string('description', description);
  writeTagList(writer, tags);
  writer.endEvent();
}
