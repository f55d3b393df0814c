import { parentPort, workerData } from 'node:worker_threads';
import { HerculesError } from '@hercules/protocol';
import type { Fault } from './fault.ts';
import { type FuzzTarget, Mistaken } from './fuzz-target.ts';
import { inputOf } from './input-of.ts';
import { loadTarget } from './targets/index.ts';

/** What the worker is started with. */
export interface FuzzWork {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Two numbers: the iteration under way, and how many inputs were accepted. */
  readonly progress: Int32Array;
}

export type FuzzMessage = { readonly fault: Fault } | { readonly done: true };

const MAX_MESSAGE_LENGTH = 2000;
const TURN_AFTER = 16;

/** Runs inputs one after the other; a watchdog outside looks at the progress, because nobody in here could stop an endless loop. */
async function work({ target: name, seed, from, to, progress }: FuzzWork): Promise<void> {
  const target = await loadTarget(name);
  for (let iteration = from; iteration < to; iteration++) {
    Atomics.store(progress, 0, iteration);
    const fault = await runOne(name, target, seed, iteration);
    if (fault === 'accepted') Atomics.add(progress, 1, 1);
    else if (fault !== 'refused') send({ fault });
    // What is closed later, as zlib's memory is, gets its turn.
    if (iteration % TURN_AFTER === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  send({ done: true });
}

async function runOne(name: string, target: FuzzTarget, seed: number, iteration: number): Promise<Fault | 'accepted' | 'refused'> {
  const input = inputOf(name, target, seed, iteration);
  const fault = (kind: Fault['kind'], error: unknown): Fault => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { target: name, seed, iteration, kind, message: text.slice(0, MAX_MESSAGE_LENGTH) };
  };
  try {
    await target.run(input);
    return 'accepted';
  } catch (error) {
    if (error instanceof Mistaken) return fault('mistake', error);
    if (!(error instanceof HerculesError) || error.code === 'INTERNAL')
      return fault('crash', error instanceof HerculesError ? (error.cause ?? error) : error);
    return 'refused';
  }
}

function send(message: FuzzMessage): void {
  parentPort!.postMessage(message);
}

await work(workerData as FuzzWork);
