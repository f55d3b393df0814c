import { HerculesError } from '@hercules/protocol';

/** Permits are asked for in steps of this size. */
const STEP_BYTES = 262_144;

/** The memory that the events of one request may take: a request may be short, and its events long. */
export class EventBudget {
  readonly #maxBytes: number;
  readonly #admit: (bytes: number) => void;
  #admitted = 0;

  /**
   * @param maxBytes longest encoding of all events
   * @param admit takes permits for so many bytes; throws when there are none
   */
  constructor(maxBytes: number, admit: (bytes: number) => void) {
    this.#maxBytes = maxBytes;
    this.#admit = admit;
  }

  /** @param bytes of all events so far @throws HerculesError PAYLOAD_TOO_LARGE, or what `admit` throws */
  check(bytes: number): void {
    if (bytes > this.#maxBytes) {
      throw new HerculesError('PAYLOAD_TOO_LARGE', `The events of the request take more than ${this.#maxBytes} bytes`);
    }
    if (bytes <= this.#admitted) return;
    this.#admit(STEP_BYTES);
    this.#admitted += STEP_BYTES;
  }
}
