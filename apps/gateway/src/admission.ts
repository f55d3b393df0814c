/** Someone who waits for permits. Exactly one of the two is called, unless the wait was cancelled. */
export interface AdmissionWaiter {
  /** The permits are taken; they must be released later. */
  onAdmitted(): void;
  /** The permits did not become free in time; nothing was taken. */
  onAdmissionTimeout(): void;
}

/** One wait; only {@link Admission} looks inside. */
export interface AdmissionTicket {
  readonly weight: number;
  readonly deadlineMs: number;
  waiter: AdmissionWaiter | undefined;
}

/**
 * The weighted semaphore that bounds the bytes of requests under way (apis §3.1). Weights are bytes as sent. Who comes last is served first,
 * so that under overload some requests are still quick while the oldest run into their timeout.
 *
 * All waits have the same timeout, so the oldest one, at the bottom of the stack, is always the next to expire: one timer serves all.
 */
export class Admission {
  readonly capacity: number;
  readonly #waitTimeoutMs: number;
  readonly #maxWaiting: number;
  #free: number;
  /** A stack with a moving bottom: [#bottom, length) is in use. */
  #waiting: AdmissionTicket[] = [];
  #bottom = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param maxWaiting requests that may wait at once; each may already hold some bytes of its body */
  constructor(capacity: number, waitTimeoutMs: number, maxWaiting: number) {
    this.capacity = capacity;
    this.#free = capacity;
    this.#waitTimeoutMs = waitTimeoutMs;
    this.#maxWaiting = maxWaiting;
  }

  /** Bytes of requests under way. */
  get inUse(): number {
    return this.capacity - this.#free;
  }

  /** Requests that wait now; cancelled ones count until they reach an end of the queue. */
  get waiting(): number {
    return this.#waiting.length - this.#bottom;
  }

  /** Takes the permits if they are free now. */
  tryAcquire(weight: number): boolean {
    if (weight > this.#free) return false;
    this.#free -= weight;
    return true;
  }

  /** False for a weight that can never be admitted. */
  canEverAdmit(weight: number): boolean {
    return weight <= this.capacity;
  }

  /** Queues for permits; the weight must be one that {@link canEverAdmit}. Undefined when too many wait already. */
  wait(weight: number, waiter: AdmissionWaiter): AdmissionTicket | undefined {
    if (this.waiting >= this.#maxWaiting) return undefined;
    const ticket: AdmissionTicket = { weight, deadlineMs: performance.now() + this.#waitTimeoutMs, waiter };
    this.#waiting.push(ticket);
    this.#arm();
    return ticket;
  }

  /** Gives up a wait, for example because the client has gone. Nothing is called any more. */
  cancel(ticket: AdmissionTicket): void {
    ticket.waiter = undefined;
  }

  /** Returns permits and serves whoever they are enough for, the newest first. */
  release(weight: number): void {
    this.#free += weight;
    while (this.#waiting.length > this.#bottom) {
      const ticket = this.#waiting.at(-1)!;
      const { waiter } = ticket;
      if (waiter !== undefined && ticket.weight > this.#free) break;
      this.#waiting.pop();
      if (waiter === undefined) continue;
      this.#free -= ticket.weight;
      waiter.onAdmitted();
    }
    if (this.#waiting.length === this.#bottom) this.#reset();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#waiting.length === this.#bottom) return;
    const delayMs = Math.max(1, this.#waiting[this.#bottom]!.deadlineMs - performance.now());
    this.#timer = setTimeout(() => this.#expire(), Math.ceil(delayMs));
  }

  #expire(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    while (this.#bottom < this.#waiting.length) {
      const { waiter, deadlineMs } = this.#waiting[this.#bottom]!;
      if (waiter !== undefined && deadlineMs > nowMs) break;
      this.#bottom++;
      waiter?.onAdmissionTimeout();
    }
    if (this.#bottom > 1024) {
      this.#waiting = this.#waiting.slice(this.#bottom);
      this.#bottom = 0;
    }
    if (this.#waiting.length === this.#bottom) this.#reset();
    this.#arm();
  }

  #reset(): void {
    this.#waiting = [];
    this.#bottom = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
