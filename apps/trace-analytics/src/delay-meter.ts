import { QuantileSketch } from '@hercules/streaming';

/** How long it takes from a span's end to its metric: measured from the beginning of the span's second, so it is never told too short. */
export class DelayMeter {
  readonly #periodMs: number;
  #present = new QuantileSketch();
  #last = new QuantileSketch();
  #beganAtMs: number;

  constructor(periodMs: number, nowMs: number) {
    this.#periodMs = periodMs;
    this.#beganAtMs = nowMs;
  }

  add(delayMs: number, spans: number): void {
    this.#present.add(delayMs, spans);
  }

  /** @returns true once a period is over; then {@link quantile} is about that period */
  turn(nowMs: number): boolean {
    if (nowMs - this.#beganAtMs < this.#periodMs) return false;
    this.#beganAtMs = nowMs;
    this.#last = this.#present;
    this.#present = new QuantileSketch();
    return true;
  }

  /** Of the last period, in ms; NaN when it had no span. */
  quantile(q: number): number {
    return this.#last.quantile(q);
  }

  get count(): number {
    return this.#last.count;
  }
}
