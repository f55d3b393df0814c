import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import type { ServiceContext } from './service-context.ts';
import type { FromWorker } from './worker-messages.ts';
import { WorkerMetrics } from './worker-metrics.ts';
import { attachWorker } from './worker-process.ts';
import { WorkerSlot } from './worker-slot.ts';

/** Longest wait for the metrics of the workers, in ms. Of one that is late the metrics known before count. */
const SNAPSHOT_TIMEOUT_MS = 1000;

export interface WorkersOptions {
  /** Number of processes; `auto` for one a core. */
  readonly workers: number | 'auto';
  /** The work of one process; RUNNING when it resolves. */
  worker(): Promise<void>;
}

/** Whether this process only looks after others that do the work. */
export function isSupervisor(workers: number | 'auto'): boolean {
  return cluster.isPrimary && workerCount(workers) > 1;
}

/**
 * Runs the work in several processes that share their listening ports (docs/components.md, rules W-1 to W-7). The primary process starts them, replaces one
 * that ends, passes on the signal to stop and adds up their metrics; it serves nothing itself. With one worker the work is done in this process.
 * @throws what the work throws at its start, with one worker or several
 */
export async function runWorkers(
  context: Pick<ServiceContext<unknown>, 'logger' | 'lifecycle' | 'metrics' | 'about'>,
  { workers, worker }: WorkersOptions,
): Promise<void> {
  if (cluster.isWorker) {
    attachWorker(context);
    return worker();
  }
  const count = workerCount(workers);
  if (count === 1) return worker();
  const supervisor = new WorkerSupervisor(context, count);
  context.lifecycle.onStop('workers', () => supervisor.stop());
  await supervisor.start();
}

function workerCount(workers: number | 'auto'): number {
  return workers === 'auto' ? availableParallelism() : workers;
}

class WorkerSupervisor {
  readonly #context: Pick<ServiceContext<unknown>, 'logger' | 'lifecycle' | 'metrics' | 'about'>;
  readonly #slots: readonly WorkerSlot[];
  readonly #metrics = new WorkerMetrics();
  #lastId = 0;
  #collection:
    { readonly id: number; readonly missing: Set<WorkerSlot>; readonly done: () => void; readonly text: Promise<string> } | undefined;

  constructor(context: Pick<ServiceContext<unknown>, 'logger' | 'lifecycle' | 'metrics' | 'about'>, count: number) {
    this.#context = context;
    const { lifecycle, metrics, logger, about } = context;
    const events = { onMessage: this.#onMessage.bind(this), onEnd: this.#onEnd.bind(this) };
    const environment = { HERCULES_INSTANCE_ID: about.instanceId };
    this.#slots = Array.from({ length: count }, (_, i) => new WorkerSlot(i + 1, environment, events, logger));
    metrics.gaugeFrom('hercules_workers', 'Workers that are running', [], () => this.#slots.filter(({ isRunning }) => isRunning).length);
    metrics.counterFrom('hercules_worker_restarts_total', 'Workers that took the place of one that had ended', [], () =>
      this.#slots.reduce((sum, { restarts }) => sum + restarts, 0),
    );
    // The workers wait for the grace period themselves, so they must hear of the stop when it begins.
    lifecycle.onState((state) => {
      if (state === 'STOPPING') for (const slot of this.#slots) slot.requestStop('the primary process stops');
    });
    process.once('exit', () => {
      for (const slot of this.#slots) slot.kill();
    });
  }

  /** Starts one worker, and the others when it is running: what is wrong with all of them is then said once. */
  async start(): Promise<void> {
    const [first, ...others] = this.#slots;
    await first!.start();
    await Promise.all(others.map((slot) => slot.start()));
  }

  /** Resolves when all workers have ended. @throws Error naming those that did not end well */
  async stop(): Promise<void> {
    for (const slot of this.#slots) slot.requestStop('the primary process stops');
    const ends = await Promise.all(this.#slots.map(async (slot) => ({ number: slot.number, ...(await slot.ended) })));
    const failed = ends
      .filter(({ code }) => code !== 0)
      .map(({ number, code, signal }) => `worker ${number}: ${signal ?? `exit code ${code}`}`);
    if (failed.length > 0) throw new Error(`not every worker has stopped well: ${failed.join(', ')}`);
  }

  #onEnd(slot: WorkerSlot): void {
    this.#received(slot);
    this.#metrics.end(slot.number);
  }

  #onMessage(slot: WorkerSlot, message: FromWorker): void {
    if (message.hercules === 'snapshot') {
      this.#metrics.put(slot.number, message.snapshot);
      if (message.id === this.#collection?.id) this.#received(slot);
    } else if (message.hercules === 'tell-others') {
      const { topic, body } = message;
      for (const other of this.#slots) if (other !== slot && other.isRunning) other.send({ hercules: 'told', topic, body });
    } else if (message.hercules === 'text-wanted') {
      this.#text().then(
        (text) => slot.send({ hercules: 'text', id: message.id, text }),
        (error: unknown) => this.#context.logger.error({ err: error }, 'the metrics of the workers could not be added up'),
      );
    }
  }

  #received(slot: WorkerSlot): void {
    const collection = this.#collection;
    if (collection === undefined) return;
    collection.missing.delete(slot);
    if (collection.missing.size === 0) collection.done();
  }

  /** Those who ask while the workers are being asked get the same answer. */
  #text(): Promise<string> {
    if (this.#collection !== undefined) return this.#collection.text;
    const { promise, resolve } = Promise.withResolvers<void>();
    const id = ++this.#lastId;
    const missing = new Set(this.#slots.filter(({ isRunning }) => isRunning));
    const timer = setTimeout(resolve, SNAPSHOT_TIMEOUT_MS);
    const text = promise.then(async () => {
      clearTimeout(timer);
      this.#collection = undefined;
      const own = await this.#context.metrics.snapshot();
      return this.#metrics.text(own.filter(({ name }) => name.startsWith('hercules_worker')));
    });
    this.#collection = { id, missing, done: resolve, text };
    for (const slot of missing) slot.send({ hercules: 'snapshot-wanted', id });
    if (missing.size === 0) resolve();
    return text;
  }
}
