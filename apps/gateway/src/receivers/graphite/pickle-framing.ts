import { HerculesError } from '@hercules/protocol';
import type { Framing, FramingEvents } from '../lines/framing.ts';

const LENGTH_BYTES = 4;
const NO_BYTES = Buffer.alloc(0);

/** Messages after their length in four bytes, the highest first. */
export class PickleFraming implements Framing {
  readonly #maxMessageBytes: number;
  /** Pieces of the message that is not complete yet, after its length. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  feed(chunk: Buffer, events: FramingEvents): void {
    this.#pieces.push(chunk);
    this.#pieceBytes += chunk.length;
    for (;;) {
      if (this.#pieceBytes < LENGTH_BYTES) return;
      const length = this.#join(LENGTH_BYTES).readUInt32BE(0);
      if (length > this.#maxMessageBytes) {
        this.#pieces = [];
        this.#pieceBytes = 0;
        events.onRefused('too-long', NO_BYTES);
        throw new HerculesError('INVALID_EVENT', `A message of ${length} bytes is longer than ${this.#maxMessageBytes}, or no message`);
      }
      if (this.#pieceBytes < LENGTH_BYTES + length) return;
      const whole = this.#join(LENGTH_BYTES + length);
      events.onMessage(whole, LENGTH_BYTES, LENGTH_BYTES + length);
      const rest = whole.subarray(LENGTH_BYTES + length);
      this.#pieces = [rest];
      this.#pieceBytes = rest.length;
    }
  }

  end(events: FramingEvents): void {
    if (this.#pieceBytes > 0) events.onRefused('unended', NO_BYTES);
    this.#pieces = [];
    this.#pieceBytes = 0;
  }

  /** The pieces as one buffer, if the first is shorter than what is needed. */
  #join(needed: number): Buffer {
    if (this.#pieces[0]!.length < needed) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]!;
  }
}
