/** Events that are sent together, and again as they are until they are acknowledged. */
export interface LoadBatch {
  /** By which its events are found in their store. */
  readonly keys: readonly string[];
  /**
   * Sends the same bytes each time.
   * @returns status of HTTP; 200: acknowledged; 0: a broken connection
   */
  send(): Promise<number>;
}

/** Makes batches without end. */
export interface BatchSource {
  next(): LoadBatch;
  /** Nothing more is sent. */
  close(): void;
}

/** Statuses below 500 that ask a producer to come back: the gateway is going, a quota is used up. */
const RETRIED_REFUSALS = new Set([410, 429]);

/**
 * Producers that behave as a careful client does: each sends one batch at a time, repeats the same events after anything but an answer of 200,
 * and remembers every event whose batch was acknowledged. Bounded by `stop()` and by its rate.
 */
export class AcknowledgedLoad {
  /** All acknowledged events, each by what its source finds it by. */
  readonly acknowledged = new Set<string>();
  /** Answers by status; 0 stands for a broken connection. */
  readonly answers = new Map<number, number>();
  readonly #batches: BatchSource;
  readonly #pauseMs: number;
  readonly #producers: Promise<void>[] = [];
  #stopping = false;

  constructor(batches: BatchSource, { producers = 4, pauseMs = 20 } = {}) {
    this.#batches = batches;
    this.#pauseMs = pauseMs;
    for (let i = 0; i < producers; i++) this.#producers.push(this.#produce());
  }

  /** Ends the load. A batch that never was acknowledged is given up: it may be stored or not. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#producers);
    this.#batches.close();
  }

  async #produce(): Promise<void> {
    while (!this.#stopping) {
      const batch = this.#batches.next();
      while (!(await this.#send(batch))) {
        if (this.#stopping) return;
        await pause(50);
      }
      for (const key of batch.keys) this.acknowledged.add(key);
      await pause(this.#pauseMs);
    }
  }

  async #send(batch: LoadBatch): Promise<boolean> {
    const status = await batch.send();
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    if (status >= 400 && status < 500 && !RETRIED_REFUSALS.has(status)) throw new Error(`the gateway refused a good batch with ${status}`);
    return status === 200;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
