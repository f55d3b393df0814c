import type { EventWriter } from '@hercules/protocol/writing';
import { writePairs } from './metric.ts';
import type { Time } from './time.ts';

/** Something that happened and is shown beside graphs, such as a deployment (protocol §10.5). */
export interface Annotation {
  readonly description: string;
  readonly tags?: { readonly [key: string]: string };
  /** Now unless given. */
  readonly timestamp?: Time;
}

export function writeAnnotation(writer: EventWriter, { description, tags = {} }: Annotation): void {
  writer.string('description', description);
  writePairs(writer, tags);
}
