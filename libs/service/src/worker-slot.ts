import cluster, { type Worker } from 'node:cluster';
import { HerculesError, type Logger } from '@hercules/protocol';
import { type FromWorker, isOurs, type ToWorker } from './worker-messages.ts';
import { WORKER_ID_VARIABLE } from './worker-process.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;
/** A worker that has run this long ended for a new reason, not for the one that ended the worker before it. */
const STABLE_MS = 10_000;

/** How one process ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface WorkerSlotEvents {
  onMessage(slot: WorkerSlot, message: FromWorker): void;
  onEnd(slot: WorkerSlot): void;
}

/** The place of one worker: starts its process and, once the first has been RUNNING, another one whenever it ends, until it is told to stop. */
export class WorkerSlot {
  readonly number: number;
  restarts = 0;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #events: WorkerSlotEvents;
  readonly #logger: Logger;
  #worker: Worker | undefined;
  #isRunning = false;
  #hasStarted = false;
  #isStopping = false;
  #startedAt = 0;
  #endsInARow = 0;
  #timer: NodeJS.Timeout | undefined;
  #start = Promise.withResolvers<void>();
  #failure: string | undefined;
  readonly #ended = Promise.withResolvers<WorkerEnd>();

  constructor(number: number, environment: Readonly<Record<string, string>>, events: WorkerSlotEvents, logger: Logger) {
    this.number = number;
    this.#environment = environment;
    this.#events = events;
    this.#logger = logger;
    this.#start.promise.catch(() => undefined);
  }

  /** Whether the worker's start is over and its process lives. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Starts the worker for the first time; resolves when it is RUNNING.
   * @throws HerculesError with the worker's own words when its start fails
   */
  start(): Promise<void> {
    this.#fork();
    return this.#start.promise;
  }

  /** Tells the worker; one that is not there, or is about to go, does not hear it. */
  send(message: ToWorker): void {
    if (this.#worker?.isConnected() === true) this.#worker.send(message, undefined, undefined, () => undefined);
  }

  /** Tells the worker to stop as SIGTERM would; no other one takes its place. */
  requestStop(reason: string): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    clearTimeout(this.#timer);
    if (this.#worker === undefined) this.#ended.resolve({ code: 0, signal: null });
    else if (this.#worker.isConnected()) this.send({ hercules: 'stop', reason });
    else this.#worker.process.kill('SIGTERM');
  }

  /** Resolves when the worker has ended after `requestStop`. */
  get ended(): Promise<WorkerEnd> {
    return this.#ended.promise;
  }

  /** Ends the worker at once. */
  kill(): void {
    this.#worker?.process.kill('SIGKILL');
  }

  #fork(): void {
    this.#startedAt = Date.now();
    const worker = cluster.fork({ ...this.#environment, [WORKER_ID_VARIABLE]: String(this.number) });
    this.#worker = worker;
    worker.on('message', (message: unknown) => {
      if (isOurs<FromWorker>(message)) this.#onMessage(message);
    });
    // A process that could not be started has no exit; one that could not be told something has, and will tell.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) this.#onExit(worker, { code: null, signal: null }, error.message);
    });
    worker.on('exit', (code: number | null, signal: string | null) => this.#onExit(worker, { code, signal }));
  }

  #onMessage(message: FromWorker): void {
    if (message.hercules === 'failed') this.#failure = message.message;
    if (message.hercules === 'running') {
      this.#isRunning = true;
      this.#hasStarted = true;
      this.#start.resolve();
    }
    this.#events.onMessage(this, message);
  }

  #onExit(worker: Worker, end: WorkerEnd, reason?: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#isRunning = false;
    const failure = this.#failure ?? reason;
    this.#failure = undefined;
    this.#events.onEnd(this);
    if (this.#isStopping) {
      this.#start.reject(new HerculesError('SHUTTING_DOWN', `worker ${this.number} was stopped while it was starting`));
      this.#ended.resolve(end);
      return;
    }
    if (!this.#hasStarted) {
      const how = end.signal === null ? `exit code ${end.code}` : end.signal;
      this.#start.reject(new HerculesError('BAD_CONFIG', failure ?? `worker ${this.number} has ended while it was starting: ${how}`));
      return;
    }
    this.#endsInARow = Date.now() - this.#startedAt >= STABLE_MS ? 1 : this.#endsInARow + 1;
    const delayMs = this.#endsInARow === 1 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#endsInARow - 2));
    this.#logger.warn({ worker: this.number, pid: worker.process.pid, ...end, delayMs }, 'a worker has ended; another one takes its place');
    this.#timer = setTimeout(() => {
      this.restarts++;
      this.#fork();
    }, delayMs);
  }
}
