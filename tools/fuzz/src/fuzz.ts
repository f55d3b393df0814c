import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { projectRoot } from '@hercules/stack';
import type { Fault, FaultKind, FuzzReport } from './fault.ts';
import type { FuzzMessage, FuzzWork } from './fuzz-worker.ts';

export interface FuzzOptions {
  readonly target: string;
  readonly seed: number;
  /** Where to begin; 0 unless one input is run again. */
  readonly from?: number;
  /** How many inputs. */
  readonly iterations: number;
  /** CPU time that one input may take, in ms. */
  readonly maxInputCpuMs?: number;
  /** How much the process may grow, in bytes. */
  readonly maxGrowthBytes?: number;
  /** Ends the run early, after an input. */
  readonly signal?: AbortSignal;
}

/** One input is small; what takes seconds of CPU time would block a gateway for as long. */
const MAX_INPUT_CPU_MS = 5000;
const MAX_GROWTH_BYTES = 768 * 1024 * 1024;
const MAX_HEAP_MB = 512;
const LOOK_MS = 50;
/** After so many faults the rest is not worth the time. */
const MAX_FAULTS = 10;

/** Runs inputs against a target in a worker under a watchdog; goes on after faults, with a new worker if it must. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { target, seed, from = 0, iterations, signal } = options;
  const faults: Fault[] = [];
  const progress = new Int32Array(new SharedArrayBuffer(8));
  let next = from;
  const to = from + iterations;
  while (next < to && faults.length < MAX_FAULTS && signal?.aborted !== true) {
    Atomics.store(progress, 0, next);
    const end = await runWorker({ target, seed, from: next, to, progress }, options, faults);
    const reached = Atomics.load(progress, 0);
    if (end !== 'done' && end !== 'stopped') faults.push({ target, seed, iteration: reached, ...end });
    next = end === 'done' ? to : reached + 1;
    if (end === 'stopped') break;
  }
  return { target, iterations: next - from, accepted: Atomics.load(progress, 1), faults };
}

type WorkerEnd = 'done' | 'stopped' | { readonly kind: FaultKind; readonly message: string };

async function runWorker(work: FuzzWork, options: FuzzOptions, faults: Fault[]): Promise<WorkerEnd> {
  const { maxInputCpuMs = MAX_INPUT_CPU_MS, maxGrowthBytes = MAX_GROWTH_BYTES, signal } = options;
  const worker = new Worker(join(projectRoot(), 'tools/fuzz/src/fuzz-worker.ts'), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const end = Promise.withResolvers<WorkerEnd>();
  worker.on('message', (message: FuzzMessage) => {
    if ('done' in message) end.resolve('done');
    else if (faults.push(message.fault) >= MAX_FAULTS) end.resolve('stopped');
  });
  worker.on('error', (error: NodeJS.ErrnoException) =>
    end.resolve({ kind: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash', message: error.stack ?? error.message }),
  );
  worker.on('exit', () => end.resolve({ kind: 'crash', message: 'the worker has ended' }));
  const watchdog = new Watchdog(worker, work.progress, maxInputCpuMs, maxGrowthBytes);
  const timer = setInterval(() => {
    if (signal?.aborted === true) end.resolve('stopped');
    watchdog.look().then(
      (bite) => bite !== undefined && end.resolve(bite),
      // The worker is gone; its own events tell why.
      () => undefined,
    );
  }, LOOK_MS);
  const result = await end.promise;
  clearInterval(timer);
  await worker.terminate();
  return result;
}

/** Sees when one input takes too long, by the CPU time of the worker and not by the clock, which also runs when others have the CPU. */
class Watchdog {
  readonly #worker: Worker;
  readonly #progress: Int32Array;
  readonly #maxInputCpuMs: number;
  readonly #maxRss: number;
  #iteration = -1;
  #sinceCpuMs = 0;

  constructor(worker: Worker, progress: Int32Array, maxInputCpuMs: number, maxGrowthBytes: number) {
    this.#worker = worker;
    this.#progress = progress;
    this.#maxInputCpuMs = maxInputCpuMs;
    this.#maxRss = process.memoryUsage.rss() + maxGrowthBytes;
  }

  async look(): Promise<{ kind: FaultKind; message: string } | undefined> {
    const rss = process.memoryUsage.rss();
    if (rss > this.#maxRss) return { kind: 'memory', message: `the process has ${Math.round(rss / 1048576)} MiB` };
    const { user, system } = await this.#worker.cpuUsage();
    const cpuMs = (user + system) / 1000;
    const iteration = Atomics.load(this.#progress, 0);
    if (iteration !== this.#iteration) {
      this.#iteration = iteration;
      this.#sinceCpuMs = cpuMs;
    }
    const usedMs = cpuMs - this.#sinceCpuMs;
    if (usedMs > this.#maxInputCpuMs) return { kind: 'hang', message: `an input has taken ${Math.round(usedMs)} ms of CPU time` };
    return undefined;
  }
}
