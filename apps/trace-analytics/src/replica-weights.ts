import { newReplicaStats, type ReplicaStats } from './span-aggregate.ts';

export interface ReplicaWeightOptions {
  /** What a replica did so long ago counts 1/e of what it does now, in ms. */
  readonly memoryMs: number;
  /** A replica that served nothing for so long is left out, in ms. */
  readonly expiryMs: number;
}

/** A replica as it is published. */
export interface ReplicaWeight {
  readonly replica: string;
  /** In (0, 1]. */
  readonly weight: number;
  readonly requestsPerSecond: number;
  /** 0 to 1 */
  readonly errorRate: number;
  /** 75th percentile of what succeeded; 0 when nothing did. */
  readonly latencyMs: number;
}

/** A latency above that of the siblings by up to this factor is no fault. */
const LATENCY_TOLERANCE = 1.5;
const LATENCY_EXPONENT = 2;
const SUCCESS_EXPONENT = 3;
/** So many requests of a good replica are assumed of each, so that a few requests alone decide nothing. */
const PRIOR_REQUESTS = 1.5;
const LEAST_WEIGHT = 0.01;
/** The latency that counts: a replica of which a quarter of the requests are slow is a slow one; a few that are slow anywhere say nothing. */
const LATENCY_QUANTILE = 0.75;
/** Seconds that count less than this are only remembered as having been there. */
const LEAST_SHARE = 0.002;
/** Less than this many requests, by their memory, are no evidence. */
const LEAST_EVIDENCE = 0.05;

interface Second {
  readonly startMs: number;
  readonly replicas: ReadonlyMap<string, ReplicaStats>;
}

/**
 * Weights of the replicas of one service, from what they did in the last seconds. Each second of event time is kept as it is, so that an amendment takes the place of what was there before and
 * the weights follow from the seconds alone (docs/decisions/009-replica-weights.md).
 *
 * A replica is compared with its siblings: weight = min(1, 1.5 · L/l)² · min(1, s/S)³, where l is the 75th percentile of the latencies of its successes and s their share, L and S the lower medians of those of the
 * others; drawn towards 1 where there were few requests; never below 0.01. A lone replica has 1.
 */
export class ReplicaWeights {
  readonly #options: ReplicaWeightOptions;
  readonly #seconds = new Map<number, Second>();

  constructor(options: ReplicaWeightOptions) {
    this.#options = options;
  }

  /** Takes what the replicas did in the second that begins at `startMs`; once more when that is amended. */
  take(startMs: number, replicas: ReadonlyMap<string, ReplicaStats>): void {
    this.#seconds.set(startMs, { startMs, replicas });
  }

  /** @returns the weights as of `nowMs`, by the replicas' names; empty when none served anything within the expiry */
  weights(nowMs: number): ReplicaWeight[] {
    const remembered = this.#remember(nowMs);
    const names = [...remembered.keys()].sort();
    const { memoryMs } = this.#options;
    return names.map((replica) => {
      const stats = remembered.get(replica)!;
      const siblings = names.filter((name) => name !== replica).map((name) => remembered.get(name)!);
      const { count, errors } = stats;
      return {
        replica,
        weight: round(weightOf(stats, siblings), 4),
        requestsPerSecond: round((count * 1000) / memoryMs, 3),
        errorRate: count > 0 ? round(errors / count, 4) : 0,
        latencyMs: round((latencyOf(stats) ?? 0) / 1000, 3),
      };
    });
  }

  /** Sums of each replica in which what is older counts less. */
  #remember(nowMs: number): Map<string, ReplicaStats> {
    const { memoryMs, expiryMs } = this.#options;
    const remembered = new Map<string, ReplicaStats>();
    for (const { startMs, replicas } of this.#seconds.values()) {
      if (nowMs - startMs > expiryMs) {
        this.#seconds.delete(startMs);
        continue;
      }
      const share = Math.exp(-Math.max(0, nowMs - startMs) / memoryMs);
      for (const [replica, { count, errors, latencies }] of replicas) {
        let sums = remembered.get(replica);
        if (sums === undefined) remembered.set(replica, (sums = newReplicaStats()));
        if (share < LEAST_SHARE) continue;
        sums.count += count * share;
        sums.errors += errors * share;
        sums.latencies.merge(latencies, share);
      }
    }
    return remembered;
  }
}

function weightOf(stats: ReplicaStats, siblings: readonly ReplicaStats[]): number {
  const { count, errors } = stats;
  const known = siblings.filter((sibling) => sibling.count >= LEAST_EVIDENCE);
  if (known.length === 0 || count < LEAST_EVIDENCE) return 1;
  const latency = latencyOf(stats);
  const success = 1 - errors / count;
  const latencies = known.map(latencyOf).filter((sibling) => sibling !== undefined);
  const usualSuccess = lowerMedian(known.map((sibling) => 1 - sibling.errors / sibling.count));
  const isComparable = latency !== undefined && latency > 0 && latencies.length > 0;
  const byLatency = isComparable ? Math.min(1, (LATENCY_TOLERANCE * lowerMedian(latencies)) / latency) : 1;
  const bySuccess = usualSuccess > 0 ? Math.min(1, success / usualSuccess) : 1;
  const measured = byLatency ** LATENCY_EXPONENT * bySuccess ** SUCCESS_EXPONENT;
  return Math.max(LEAST_WEIGHT, (count * measured + PRIOR_REQUESTS) / (count + PRIOR_REQUESTS));
}

/** In µs, of what succeeded; undefined when next to nothing did. */
function latencyOf({ latencies }: ReplicaStats): number | undefined {
  return latencies.count >= LEAST_EVIDENCE ? latencies.quantile(LATENCY_QUANTILE) : undefined;
}

/** Of two the smaller: the better latency, and the worse success, so that one bad sibling hides no other. */
function lowerMedian(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
