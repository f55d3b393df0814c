import type { Output } from '@hercules/streaming';
import type { ReplicaStats } from './span-aggregate.ts';
import { type ReplicaWeightOptions, ReplicaWeights } from './replica-weights.ts';

export interface ReplicaPublisherOptions extends ReplicaWeightOptions {
  /** Compacted topic with one partition. */
  readonly topic: string;
  readonly publishIntervalMs: number;
}

/** Publishes the weights of the replicas of all services that one partition of the partial results has, each second: key = service, value = JSON; a tombstone when nothing is left of it. */
export class ReplicaPublisher {
  readonly #output: Output;
  readonly #options: ReplicaPublisherOptions;
  readonly #services = new Map<string, ReplicaWeights>();
  #publishedAtMs = 0;

  constructor(output: Output, options: ReplicaPublisherOptions) {
    this.#output = output;
    this.#options = options;
  }

  take(service: string, startMs: number, replicas: ReadonlyMap<string, ReplicaStats>): void {
    let weights = this.#services.get(service);
    if (weights === undefined) this.#services.set(service, (weights = new ReplicaWeights(this.#options)));
    weights.take(startMs, replicas);
  }

  /** Publishes when it is time to. */
  tick(nowMs: number): void {
    if (nowMs - this.#publishedAtMs < this.#options.publishIntervalMs) return;
    this.#publishedAtMs = nowMs;
    for (const [service, weights] of this.#services) {
      const replicas = weights.weights(nowMs);
      if (replicas.length === 0) this.#services.delete(service);
      const key = Buffer.from(service);
      const value =
        replicas.length === 0 ? undefined : Buffer.from(JSON.stringify({ service, at: new Date(nowMs).toISOString(), replicas }));
      const bytes = value === undefined ? key : Buffer.concat([key, value]);
      this.#output.append(this.#options.topic, 0, bytes, 0, key.length, value === undefined ? -1 : key.length, bytes.length, nowMs);
    }
  }
}
