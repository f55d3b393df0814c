import type { RecordBlock } from '@hercules/kafka';

const COUNT_BYTES = 4;

/** Events of an answer as they stand in the fetched bytes: ranges, not objects. */
export class EventBytes {
  readonly #buffers: Buffer[] = [];
  readonly #ranges: number[] = [];
  #bytes = 0;

  get count(): number {
    return this.#buffers.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the value of a record; one without a value is passed over. */
  add({ buffer, valueStarts, valueEnds }: RecordBlock, index: number): void {
    const start = valueStarts[index]!;
    if (start < 0) return;
    this.#buffers.push(buffer);
    this.#ranges.push(start, valueEnds[index]!);
    this.#bytes += valueEnds[index]! - start;
  }

  /** What is before the events, their number as i32, the events: the content of an answer (protocol §6). */
  after(head: Buffer): Buffer {
    const content = Buffer.allocUnsafe(head.length + COUNT_BYTES + this.#bytes);
    head.copy(content);
    let at = content.writeInt32BE(this.count, head.length);
    for (let i = 0; i < this.#buffers.length; i++) {
      at += this.#buffers[i]!.copy(content, at, this.#ranges[2 * i]!, this.#ranges[2 * i + 1]!);
    }
    return content;
  }
}
