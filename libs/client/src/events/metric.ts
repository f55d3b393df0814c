import type { EventWriter } from '@hercules/protocol/writing';
import type { Time } from './time.ts';

/** One value of a metric (protocol §10.3). */
export interface Metric {
  readonly name: string;
  /** Finite. */
  readonly value: number;
  /** In the order in which Graphite's plain names show them; the name comes after them. */
  readonly tags?: { readonly [key: string]: string };
  readonly unit?: string;
  /** Now unless given. */
  readonly timestamp?: Time;
}

/** @throws RangeError for a value that is not finite */
export function writeMetric(writer: EventWriter, { name, value, tags = {}, unit }: Metric): void {
  if (!Number.isFinite(value)) throw new RangeError(`the value of a metric is ${value}`);
  writer.double('value', value);
  writePairs(writer, { ...tags, _name: name });
  if (unit !== undefined) writer.string('unit', unit);
}

/** Tags as a vector of containers of key and value. */
export function writePairs(writer: EventWriter, tags: { readonly [key: string]: string }): void {
  writer.beginVector('tags', 'container');
  for (const key in tags) {
    writer.beginContainer(null);
    writer.string('key', key);
    writer.string('value', tags[key]!);
    writer.endContainer();
  }
  writer.endVector();
}
