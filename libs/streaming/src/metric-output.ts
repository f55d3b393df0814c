import { EventWriter, kafkaPartition, msToTicks, UUID_BYTES } from '@hercules/protocol';
import type { Output } from './output.ts';
import { resultUuid } from './partial-record.ts';

/** A metric that a processor has made. */
export interface ResultMetric {
  /** The metric's time, in ms since 1970. */
  readonly timeMs: number;
  /** What the result is about, besides its time: the same text is the same event id, however often it is written. */
  readonly identity: string;
  readonly value: number;
  readonly tags: readonly (readonly [key: string, value: string])[];
  /** Writes further tags of the event, e.g. a container that tells how the value came about. */
  readonly details?: ((writer: EventWriter) => void) | undefined;
}

const UUID_AT = 9;

/** Writes results as metric events (protocol §10.3) to a stream; the uuid decides on the partition, so that an amended result comes after the one whose place it takes. */
export class MetricOutput {
  readonly #output: Output;
  readonly #stream: string;
  readonly #writer = new EventWriter();

  constructor(output: Output, stream: string) {
    this.#output = output;
    this.#stream = stream;
  }

  /** @param nowMs the record's time, ms since 1970 */
  append({ timeMs, identity, value, tags, details }: ResultMetric, nowMs: number): void {
    const writer = this.#writer;
    writer.reset();
    writer.beginEvent(msToTicks(timeMs), resultUuid(identity));
    writer.double('value', value);
    writer.beginVector('tags', 'container');
    for (const [key, text] of tags) {
      writer.beginContainer(null);
      writer.string('key', key);
      writer.string('value', text);
      writer.endContainer();
    }
    writer.endVector();
    details?.(writer);
    writer.endEvent();
    const bytes = writer.events();
    const partition = kafkaPartition(bytes, UUID_AT, UUID_AT + UUID_BYTES, Math.max(1, this.#output.partitionCount(this.#stream)));
    this.#output.append(this.#stream, partition, bytes, UUID_AT, UUID_AT + UUID_BYTES, 0, bytes.length, nowMs);
  }
}
