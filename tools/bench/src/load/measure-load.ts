import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, residentMegabytes } from '../process-cpu.ts';
import { latencyBetween, type LoadCounts } from './load-process.ts';

export interface LoadMeasurement {
  readonly requests: number;
  readonly errors: number;
  readonly events: number;
  /** Events acknowledged since the load began, its warm-up included: what the stream must hold at least. */
  readonly acknowledgedEvents: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** User + system CPU of the measured processes for a million events. */
  readonly cpuSecondsPerMillion: number;
  /** The same of the load process, which shows whether it was the bottleneck. */
  readonly loadCpuSecondsPerMillion: number;
  readonly medianLatencyMs: number;
  readonly p99LatencyMs: number;
  /** Resident memory of the measured processes together, at the end. */
  readonly residentMegabytes: number;
}

export interface MeasureOptions {
  /** Processes whose CPU counts. */
  readonly pids: readonly number[];
  readonly eventsPerRequest: number;
  readonly seconds: number;
  readonly warmUpSeconds?: number;
}

const DEFAULT_WARM_UP_SECONDS = 2;

/** Runs a load module in a process of its own, lets it warm up, and measures for the given time what it gets done and what that costs. */
export async function measureLoad(module: string, loadOptions: object, options: MeasureOptions): Promise<LoadMeasurement> {
  const { pids, eventsPerRequest, seconds, warmUpSeconds = DEFAULT_WARM_UP_SECONDS } = options;
  const child = fork(fileURLToPath(new URL(module, new URL('../', import.meta.url))), [
    JSON.stringify({ ...loadOptions, eventsPerRequest }),
  ]);
  try {
    await pause(warmUpSeconds);
    const before = await sample(child, pids);
    await pause(seconds);
    const after = await sample(child, pids);
    const requests = after.counts.requests - before.counts.requests;
    const events = requests * eventsPerRequest;
    const elapsed = (after.atMs - before.atMs) / 1000;
    return {
      requests,
      errors: after.counts.errors - before.counts.errors,
      events,
      acknowledgedEvents: (after.counts.requests - after.counts.errors) * eventsPerRequest,
      seconds: elapsed,
      eventsPerSecond: events / elapsed,
      cpuSecondsPerMillion: ((after.cpu - before.cpu) / events) * 1e6,
      loadCpuSecondsPerMillion: ((after.loadCpu - before.loadCpu) / events) * 1e6,
      medianLatencyMs: latencyBetween(before.counts, after.counts, 0.5),
      p99LatencyMs: latencyBetween(before.counts, after.counts, 0.99),
      residentMegabytes: pids.reduce((sum, pid) => sum + residentMegabytes(pid), 0),
    };
  } finally {
    child.kill();
  }
}

interface Sample {
  readonly atMs: number;
  readonly cpu: number;
  readonly loadCpu: number;
  readonly counts: LoadCounts;
}

async function sample(child: ChildProcess, pids: readonly number[]): Promise<Sample> {
  if (child.exitCode !== null) throw new Error(`The load process ended with ${child.exitCode}`);
  child.send('counts');
  const [counts] = (await once(child, 'message')) as [LoadCounts];
  return { atMs: performance.now(), cpu: pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0), loadCpu: cpuSeconds(child.pid!), counts };
}

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
