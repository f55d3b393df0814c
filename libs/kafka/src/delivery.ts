import type { HerculesError } from '@hercules/protocol';

/** Hears of the end of a delivery: undefined = Kafka has acknowledged every record. */
export type DeliveryListener = (error: HerculesError | undefined) => void;

/**
 * The acknowledgement of a group of records, e.g. of one request: one object for all of them. Records are appended under it, then it is sealed; it
 * is settled when the last of them is acknowledged or has failed.
 */
export class Delivery {
  #pending = 0;
  #sealed = false;
  #settled = false;
  #error: HerculesError | undefined;
  #listener: DeliveryListener | undefined;
  #promise: Promise<void> | undefined;

  /** Called once, at the end; several listeners are called in the order they came. @returns itself */
  onSettled(listener: DeliveryListener): this {
    if (this.#settled) listener(this.#error);
    else {
      const earlier = this.#listener;
      this.#listener =
        earlier === undefined
          ? listener
          : (error) => {
              earlier(error);
              listener(error);
            };
    }
    return this;
  }

  /** Resolves when Kafka has acknowledged every record; rejects with the first failure. */
  get promise(): Promise<void> {
    this.#promise ??= new Promise((resolve, reject) => {
      this.onSettled((error) => (error === undefined ? resolve() : reject(error)));
    });
    return this.#promise;
  }

  /** No more records follow. */
  seal(): void {
    this.#sealed = true;
    this.#settleIfDone();
  }

  /** For the producer: a batch has taken in records of this delivery. */
  batchAdded(): void {
    this.#pending++;
  }

  /** For the producer: a batch with records of this delivery has come to its end. */
  batchDone(error: HerculesError | undefined): void {
    this.#pending--;
    this.#error ??= error;
    this.#settleIfDone();
  }

  #settleIfDone(): void {
    if (!this.#sealed || this.#pending > 0 || this.#settled) return;
    this.#settled = true;
    this.#listener?.(this.#error);
    this.#listener = undefined;
  }
}
