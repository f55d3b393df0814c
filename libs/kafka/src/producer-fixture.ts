import { KafkaCluster } from './cluster.ts';
import { kafkaConfigSchema } from './config.ts';
import { Delivery } from './delivery.ts';
import { FakeBroker } from './fake-broker.ts';
import { silentLogger } from './fake-cluster.ts';
import { BatchingProducer } from './producer.ts';
import type { ProducerOptions } from './producer-options.ts';

/** A producer on a broker that fails as told, for unit tests: topic `t` has three partitions. Waits are short. */
export class ProducerFixture {
  readonly broker = new FakeBroker();
  readonly #open: { producer: BatchingProducer; cluster: KafkaCluster }[] = [];

  async start(): Promise<void> {
    this.broker.topics.set('t', 3);
    await this.broker.start();
  }

  async producer(options: ProducerOptions = {}): Promise<{ producer: BatchingProducer; cluster: KafkaCluster }> {
    const config = kafkaConfigSchema.parse({ brokers: [this.broker.address], requestTimeoutMs: 500, connectionTimeoutMs: 500 });
    const cluster = new KafkaCluster(config, silentLogger);
    await cluster.connect();
    const producer = new BatchingProducer(cluster, { lingerMs: 1, retryBackoffMs: 10, ...options }, silentLogger);
    await producer.start();
    this.#open.push({ producer, cluster });
    return { producer, cluster };
  }

  async stop(): Promise<void> {
    for (const { producer, cluster } of this.#open) {
      await producer.close(0);
      await cluster.close();
    }
    await this.broker.stop();
  }
}

/** Appends values under one delivery. */
export function deliver(producer: BatchingProducer, partition: number, ...values: (string | Buffer)[]): Promise<void> {
  const delivery = new Delivery();
  for (const value of values) {
    const bytes = Buffer.from(value);
    producer.append('t', partition, null, -1, -1, bytes, 0, bytes.length, Date.now(), delivery);
  }
  delivery.seal();
  return delivery.promise;
}

/** What a delivery ended with: `ok` or the code of its error. */
export function outcome(delivery: Promise<unknown>): Promise<string> {
  return delivery.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}
