import type { Logger } from '@hercules/protocol';

export type LifecycleState = 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED';

interface StopStep {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

/** The states of an app and the order in which its parts stop: the last one started stops first. */
export class Lifecycle {
  #state: LifecycleState = 'STARTING';
  readonly #steps: StopStep[] = [];
  readonly #listeners: ((state: LifecycleState) => void)[] = [];
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Registers how a part stops. Call it right after the part has started, so that a failed start stops what is there. */
  onStop(name: string, stop: () => Promise<void> | void): void {
    this.#steps.push({ name, stop });
  }

  onState(listener: (state: LifecycleState) => void): void {
    this.#listeners.push(listener);
  }

  /** The app cannot go on: it stops and exits with 1. */
  fail(error: unknown): void {
    this.#onFailure(error);
  }

  enter(state: LifecycleState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  /**
   * Runs the stop steps in reverse order. A step that fails is logged and does not keep the others from stopping.
   * @param timeoutMs for all of them together
   * @returns the name of the step that had not ended in time, undefined when all have
   */
  async stop(timeoutMs: number, logger: Logger): Promise<string | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (const { name, stop } of this.#steps.splice(0).reverse()) {
      const startedAt = Date.now();
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<'timeout'>(
        (resolve) => (timer = setTimeout(() => resolve('timeout'), Math.max(0, deadline - startedAt))),
      );
      try {
        if ((await Promise.race([Promise.resolve(stop()), timeout])) === 'timeout') return name;
        logger.debug({ part: name, ms: Date.now() - startedAt }, 'stopped a part');
      } catch (error) {
        logger.error({ err: error, part: name }, 'a part failed to stop');
      } finally {
        clearTimeout(timer);
      }
    }
    return undefined;
  }
}
