/** What a load process has done so far. */
export interface LoadCounts {
  requests: number;
  errors: number;
  /** Answered requests by latency in tenths of a millisecond; the last bucket takes everything above. */
  latencies: number[];
}

const BUCKETS = 20_001;
const BUCKET_MS = 0.1;

/** Counts requests inside a load process. */
export class LoadCounter {
  #requests = 0;
  #errors = 0;
  readonly #latencies = new Uint32Array(BUCKETS);

  answered(isGood: boolean, latencyMs: number): void {
    this.#requests++;
    if (!isGood) this.#errors++;
    this.#latencies[Math.min(BUCKETS - 1, Math.floor(latencyMs / BUCKET_MS))]!++;
  }

  get counts(): LoadCounts {
    return { requests: this.#requests, errors: this.#errors, latencies: [...this.#latencies] };
  }
}

/** Latency below which this share of the requests between two samples was answered, in ms. */
export function latencyBetween(before: LoadCounts, after: LoadCounts, share: number): number {
  const wanted = (after.requests - before.requests) * share;
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    seen += after.latencies[bucket]! - before.latencies[bucket]!;
    if (seen >= wanted) return (bucket + 1) * BUCKET_MS;
  }
  return BUCKETS * BUCKET_MS;
}

/**
 * Runs a load in this process, which was made for it: the options are the first argument, as JSON. Answers each message of the parent with the
 * counts so far, and ends when the parent goes.
 */
export function serveLoad<O>(start: (options: O, counter: LoadCounter) => void): void {
  const counter = new LoadCounter();
  process.on('message', () => process.send!(counter.counts));
  process.on('disconnect', () => process.exit(0));
  start(JSON.parse(process.argv[2]!) as O, counter);
}
