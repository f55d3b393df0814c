import type { Logger } from '@hercules/protocol';

export type LifecycleState = 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED';

interface StopStep {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

/** What the process does when a part wants it to end. */
export interface LifecycleListener {
  onFailure(error: unknown): void;
  onStopRequest?(reason: string): void;
}

/** The states of an app and the order in which its parts stop: the last one started stops first. */
export class Lifecycle {
  #state: LifecycleState = 'STARTING';
  readonly #steps: StopStep[] = [];
  readonly #listeners: ((state: LifecycleState) => void)[] = [];
  readonly #owner: LifecycleListener;

  constructor(owner: LifecycleListener) {
    this.#owner = owner;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Registers how a part stops. Call it right after the part has been made, so that a failed start stops what is there. */
  onStop(name: string, stop: () => Promise<void> | void): void {
    this.#steps.push({ name, stop });
  }

  /** Is told of every change of the state. */
  onState(listener: (state: LifecycleState) => void): void {
    this.#listeners.push(listener);
  }

  /** The app cannot go on: it stops and exits with 1. */
  fail(error: unknown): void {
    this.#owner.onFailure(error);
  }

  /** Stops the app as SIGTERM does; asking again changes nothing. */
  requestStop(reason: string): void {
    this.#owner.onStopRequest?.(reason);
  }

  /** Moves to the next state; for the one who owns the process. */
  enter(state: LifecycleState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  /**
   * Runs the stop steps in reverse order, those too that are registered meanwhile. A step that fails is logged and does not keep the others from stopping.
   * @param timeoutMs for all of them together
   * @returns the step that had not ended in time, after which the rest is left, and the steps that have failed
   */
  async stop(timeoutMs: number, logger: Logger): Promise<{ hung?: string; failed: string[] }> {
    const failed: string[] = [];
    const deadline = Date.now() + timeoutMs;
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      const { name } = step;
      const startedAt = Date.now();
      try {
        if (!(await endsInTime(step, Math.max(0, deadline - startedAt)))) return { hung: name, failed };
        logger.debug({ part: name, ms: Date.now() - startedAt }, 'stopped a part');
      } catch (error) {
        failed.push(name);
        logger.error({ err: error, part: name }, 'a part failed to stop');
      }
    }
    return { failed };
  }
}

async function endsInTime({ stop }: StopStep, timeoutMs: number): Promise<boolean> {
  const { promise: timeout, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, timeoutMs, false);
  try {
    return await Promise.race([Promise.resolve(stop()).then(() => true), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
