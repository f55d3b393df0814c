export interface WatermarkOptions {
  /** How much earlier than the newest event others may be and still be in time, in ms. */
  readonly disorderMs: number;
  /** Events that are later than their own arrival by more than this, in ms, are of a clock that is wrong. */
  readonly maxAheadMs: number;
  /** Without new records for so long, in ms, a partition whose end has been read lets time pass by the clock. */
  readonly idleMs: number;
}

/**
 * The event time of one input partition: all events up to it have most likely been seen. It follows from the records alone, in their order, so that reading the
 * partition again gives the same; only an idle partition, whose end has been read, is moved on by the clock.
 */
export class Watermark {
  readonly #options: WatermarkOptions;
  #valueMs: number;
  #lastRecordAtMs: number;

  /** @param nowMs from when on the partition may be idle */
  constructor(options: WatermarkOptions, nowMs: number, restoredMs = -Infinity) {
    this.#options = options;
    this.#valueMs = restoredMs;
    this.#lastRecordAtMs = nowMs;
  }

  /** In ms since 1970; −Infinity before the first event. */
  get valueMs(): number {
    return this.#valueMs;
  }

  /**
   * Takes an event into account.
   * @param arrivalMs when the gateway handed it to Kafka (the record's time); −1 = unknown
   * @returns false for an event of the future, which does not move time
   */
  observe(eventMs: number, arrivalMs: number, nowMs: number): boolean {
    this.#lastRecordAtMs = nowMs;
    if (eventMs > (arrivalMs < 0 ? nowMs : arrivalMs) + this.#options.maxAheadMs) return false;
    const watermarkMs = eventMs - this.#options.disorderMs;
    if (watermarkMs > this.#valueMs) this.#valueMs = watermarkMs;
    return true;
  }

  /** Lets time pass in a partition whose end has been read. */
  passIdle(nowMs: number): void {
    const { idleMs, disorderMs } = this.#options;
    if (nowMs - this.#lastRecordAtMs >= idleMs) this.#valueMs = Math.max(this.#valueMs, nowMs - idleMs - disorderMs);
  }
}
