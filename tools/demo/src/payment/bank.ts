import { setTimeout as pause } from 'node:timers/promises';

export interface BankOptions {
  /** Share of the charges that fail, 0 to 1. */
  readonly failureRate: number;
  /** Share of the charges that take long, 0 to 1. */
  readonly slowRate: number;
}

const USUAL_MS = [5, 30] as const;
const SLOW_MS = [500, 1500] as const;

/** Stands for a bank far away: takes a moment, sometimes a long one, and does not always answer well. */
export class Bank {
  readonly #options: BankOptions;
  /** What every charge takes besides, in ms; to be played with. */
  delayMs = 0;

  constructor(options: BankOptions) {
    this.#options = options;
  }

  /** @throws Error when the bank does not do it */
  async charge(): Promise<void> {
    const [least, most] = Math.random() < this.#options.slowRate ? SLOW_MS : USUAL_MS;
    await pause(this.delayMs + least + Math.random() * (most - least));
    if (Math.random() < this.#options.failureRate) throw new Error('the bank has closed the connection');
  }
}
