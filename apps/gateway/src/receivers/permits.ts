import type { HerculesError } from '@hercules/protocol';
import type { Admission } from '../admission.ts';

/** The bytes that one request holds of the admission, until it is over. */
export class Permits {
  readonly #admission: Admission;
  readonly #throttled: HerculesError;
  #held: number;

  /**
   * @param throttled what is thrown when there are no more
   * @param held bytes that were taken for the request already
   */
  constructor(admission: Admission, throttled: HerculesError, held: number) {
    this.#admission = admission;
    this.#throttled = throttled;
    this.#held = held;
  }

  /** Takes more, e.g. for what a body grows to. There is no wait, because the memory is in use already. Nothing happens for 0 and less. */
  take(bytes: number): void {
    if (bytes <= 0) return;
    if (!this.#admission.tryAcquire(bytes)) throw this.#throttled;
    this.#held += bytes;
  }

  /** Makes bytes its own that were taken by others. */
  adopt(bytes: number): void {
    this.#held += bytes;
  }

  /** Gives all back; more than once does no harm. */
  release(): void {
    const held = this.#held;
    this.#held = 0;
    if (held > 0) this.#admission.release(held);
  }
}
