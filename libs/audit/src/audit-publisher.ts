import { type BatchingProducer, Delivery, settledWithin } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import type { AuditSource } from './audit-source.ts';
import type { AuditTopic } from './audit-topic.ts';

/** Plain counters; /metrics reads them. */
export interface AuditPublisherStats {
  publishedCounts: number;
  failedPublications: number;
}

/** A failure that lasts is logged again after this many attempts. */
const LOG_EVERY = 60;

/**
 * Writes what has been counted to the audit topic, now and then and when it is asked to. Counts are cumulative under the key of their minute, so that a
 * record that is written twice, or is written anew with more, says the same. The audit is never in the way of delivery: what cannot be published now stays and
 * is published later.
 */
export class AuditPublisher {
  readonly stats: AuditPublisherStats = { publishedCounts: 0, failedPublications: 0 };
  readonly #topic: AuditTopic;
  readonly #producer: Pick<BatchingProducer, 'append'>;
  readonly #intervalMs: number;
  readonly #logger: Logger;
  readonly #sources = new Set<AuditSource>();
  #timer: NodeJS.Timeout | undefined;
  #publishing: Promise<void> | undefined;
  #failures = 0;

  constructor(topic: AuditTopic, producer: Pick<BatchingProducer, 'append'>, intervalMs: number, logger: Logger) {
    this.#topic = topic;
    this.#producer = producer;
    this.#intervalMs = intervalMs;
    this.#logger = logger;
  }

  /** @returns takes the source away again */
  add(source: AuditSource): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.publish(), this.#intervalMs);
  }

  /** Publishes what there is, as far as Kafka takes it within the time. Call it when everything is counted, and before the producer is closed. */
  async stop(boundMs: number): Promise<void> {
    clearInterval(this.#timer);
    await this.publishWithin(boundMs);
  }

  /** Resolves when all that is counted now is published, or after `boundMs`. */
  async publishWithin(boundMs: number): Promise<void> {
    // The second one takes what was counted while an earlier publication was under way.
    await settledWithin(
      this.publish().then(() => this.publish()),
      boundMs,
    );
  }

  /** Resolves when Kafka has acknowledged everything that had changed when it began, or will not now; never rejects. One at a time. */
  publish(): Promise<void> {
    return (this.#publishing ??= this.#publish().finally(() => (this.#publishing = undefined)));
  }

  async #publish(): Promise<void> {
    try {
      const changes = [...this.#sources].flatMap((source) => [...source.changes()]);
      if (changes.length === 0) return;
      await this.#topic.ensure();
      const delivery = new Delivery();
      const now = Date.now();
      for (const { stream, key, value } of changes) {
        const keyBytes = Buffer.from(key);
        const bytes = Buffer.from(JSON.stringify(value));
        const partition = this.#topic.partitionOf(stream);
        this.#producer.append(this.#topic.name, partition, keyBytes, 0, keyBytes.length, bytes, 0, bytes.length, now, delivery);
      }
      delivery.seal();
      await delivery.promise;
      for (const change of changes) change.kept();
      this.stats.publishedCounts += changes.length;
      if (this.#failures > 0) this.#logger.info({ attempts: this.#failures }, 'counts of the audit are published again');
      this.#failures = 0;
    } catch (error) {
      this.stats.failedPublications++;
      this.#topic.forget();
      const level = this.#failures++ % LOG_EVERY === 0 ? 'warn' : 'debug';
      this.#logger[level]({ err: error, topic: this.#topic.name }, 'counts of the audit cannot be published now; they are kept');
    }
  }
}
