import { randomBytes } from 'node:crypto';
import { KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** The real Kafka that the tests run on. */
export const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';

/** Topics of one test run: names that nobody else uses, and their removal at the end. */
export class TestTopics {
  readonly suffix = randomBytes(4).toString('hex');
  readonly metadata = `hercules_meta_${this.suffix}`;
  readonly tasks = `hercules_tasks_${this.suffix}`;
  readonly replays = `hercules_replays_${this.suffix}`;
  readonly cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS.split(',') }), quiet);
  readonly admin = new KafkaAdmin(this.cluster);
  readonly #streams: string[] = [];

  async connect(): Promise<void> {
    await this.cluster.connect();
  }

  /** A name of a stream that is removed at the end, if it is still there. */
  stream(name: string): string {
    const unique = `${name}_${this.suffix}`;
    this.#streams.push(unique);
    return unique;
  }

  async removeAll(): Promise<void> {
    for (const topic of [this.metadata, this.tasks, this.replays, ...this.#streams]) await this.admin.deleteTopic(topic);
    await this.cluster.close();
  }
}

/** Waits until the condition holds; fails after the time given. */
export async function eventually(what: string, condition: () => Promise<boolean> | boolean, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
