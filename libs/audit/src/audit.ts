import { randomUUID } from 'node:crypto';
import { type BatchingProducer, type ClientMetricsRegistry, type KafkaCluster, settledWithin } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import { AuditCounts } from './audit-counts.ts';
import { AuditPublisher } from './audit-publisher.ts';
import { AuditTopic } from './audit-topic.ts';
import type { AuditConfig } from './config.ts';
import { GroupLedger } from './group-ledger.ts';

export interface AuditParts {
  /** Application id. */
  readonly app: string;
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  readonly config: AuditConfig;
  readonly logger: Logger;
}

/** How long the stop of an app may wait for its counts to be published, in ms. */
export const AUDIT_STOP_MS = 2000;

/** A margin for events whose end is known late. */
const SETTLED_MARGIN_MS = 60_000;

/** What an app counts for the audit, and how it is published. */
export class Audit {
  readonly #app: string;
  readonly #config: AuditConfig;
  readonly #publisher: AuditPublisher;
  readonly #producer: Pick<BatchingProducer, 'flush'>;

  constructor({ app, cluster, producer, config, logger }: AuditParts) {
    this.#app = app;
    this.#config = config;
    this.#producer = producer;
    this.#publisher = new AuditPublisher(new AuditTopic(cluster, producer, config, logger), producer, config.publishIntervalMs, logger);
  }

  /** Registers the metrics of every app that counts (docs/components.md, M-11). */
  registerMetrics(metrics: ClientMetricsRegistry): void {
    const { stats } = this.#publisher;
    metrics.counterFrom(
      'hercules_audit_published_counts_total',
      'Counts of the delivery audit that Kafka has acknowledged',
      [],
      () => stats.publishedCounts,
    );
    metrics.counterFrom(
      'hercules_audit_failed_publications_total',
      'Publications of such counts that failed and are repeated',
      [],
      () => stats.failedPublications,
    );
  }

  start(): void {
    if (this.#config.enabled) this.#publisher.start();
  }

  /**
   * Waits for what the producer has under way, and publishes what is counted; at most `AUDIT_STOP_MS`. To be called when nothing new comes, and before the
   * producer is closed.
   */
  async stop(): Promise<void> {
    if (!this.#config.enabled) return;
    const startedAt = performance.now();
    await settledWithin(this.#producer.flush(), AUDIT_STOP_MS);
    await this.#publisher.stop(Math.max(0, AUDIT_STOP_MS - (performance.now() - startedAt)));
  }

  /**
   * Counts of events that this process writes; undefined when the audit is off.
   * @param deliveryTimeoutMs how long Kafka may take to acknowledge them
   */
  counts(deliveryTimeoutMs: number): AuditCounts | undefined {
    if (!this.#config.enabled) return undefined;
    const counts = new AuditCounts(this.#app, randomUUID(), deliveryTimeoutMs + SETTLED_MARGIN_MS);
    this.#publisher.add(counts);
    return counts;
  }

  /** Counts of a sink's consumer group; undefined when the audit is off. */
  ledger(groupId: string): GroupLedger | undefined {
    return this.#config.enabled ? new GroupLedger(this.#app, groupId, this.#publisher) : undefined;
  }
}
