import { KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import type { MetricSample, MetricSource } from './metric-sample.ts';

/** Kafka's own topics, and ours that are no streams. */
const NO_STREAMS = /^(__|hercules_)/;
const MOST_STREAMS = 30;

/** How many records each stream has had: the sum of its partitions' end offsets. How far a sink is behind them, the sink tells itself. */
export class KafkaSource implements MetricSource {
  readonly application = 'kafka';
  readonly instance: string;
  readonly #cluster: KafkaCluster;
  readonly #admin: KafkaAdmin;
  #isConnected = false;

  /** @param broker host:port */
  constructor(broker: string, logger: Logger) {
    this.instance = broker;
    this.#cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: [broker], clientId: 'hercules-demo', startTimeoutMs: 0 }), logger);
    this.#admin = new KafkaAdmin(this.#cluster);
  }

  async read(): Promise<readonly MetricSample[]> {
    if (!this.#isConnected) await this.#cluster.connect();
    this.#isConnected = true;
    const streams = (await this.#admin.listTopics()).filter((topic) => !NO_STREAMS.test(topic)).slice(0, MOST_STREAMS);
    return Promise.all(
      streams.map(async (stream) => ({
        name: 'kafka_stream_records_total',
        tags: [['stream', stream]] as const,
        value: (await this.#admin.endOffsets(stream)).reduce((sum, offset) => sum + offset, 0),
      })),
    );
  }

  async close(): Promise<void> {
    await this.#cluster.close();
  }
}
