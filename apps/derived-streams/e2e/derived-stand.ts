import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BatchConsumer, BatchingProducer, KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { encodeEvent, type HerculesEvent, type Logger, uuidToBytes } from '@hercules/protocol';
import { AppProcess, freePort } from '@hercules/service/testing';

const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MASTER_KEY = 'derived-master-key';
const APPS = join(__dirname, '..', '..');

/** One record of a topic as it was read. */
export interface ReadRecord {
  readonly partition: number;
  readonly timestampMs: number;
  readonly key: string;
  readonly value: string;
}

/** A management API and derived-streams on a real Kafka, with metadata and streams that are nobody else's. */
export class DerivedStand {
  readonly suffix = randomBytes(4).toString('hex');
  readonly #cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS.split(',') }), SILENT);
  readonly #producer = new BatchingProducer(this.#cluster, {}, SILENT);
  readonly #apps: AppProcess[] = [];
  #managementUrl = '';

  async open(): Promise<void> {
    await this.#cluster.connect();
    await this.#producer.start();
    const port = await freePort();
    await this.#start('management-api', port, {
      HERCULES_MASTER_KEYS: MASTER_KEY,
      HERCULES_TASKS_TOPIC: `hercules_tasks_${this.suffix}`,
      HERCULES_DELETE_GRACE_PERIOD_MS: '100',
    });
    this.#managementUrl = `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.kill()));
    await this.#producer.close(5000);
    const admin = new KafkaAdmin(this.#cluster);
    for (const topic of await admin.listTopics()) if (topic.endsWith(this.suffix)) await admin.deleteTopic(topic);
    await this.#cluster.close();
  }

  /** Its name among the streams of other runs. */
  name(stream: string): string {
    return `${stream}_${this.suffix}`;
  }

  async startDerivedStreams(): Promise<AppProcess> {
    return this.#start('derived-streams', await freePort(), {
      HERCULES_SINK_COMMIT_INTERVAL_MS: '50',
      HERCULES_SINK_SESSION_TIMEOUT_MS: '6000',
      HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${this.suffix}`,
    });
  }

  /** POST with the master key. @returns status and text */
  async post(path: string, document?: object): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.#managementUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Hercules masterApiKey ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: document === undefined ? '' : JSON.stringify(document),
    });
    return { status: response.status, text: await response.text() };
  }

  /** Creates a stream of this name (without the suffix). */
  async create(name: string, definition: object): Promise<{ status: number; text: string }> {
    return this.post('/streams/create?timeoutMs=20000', { name: this.name(name), partitions: 2, ttl: 3_600_000, ...definition });
  }

  async send(stream: string, events: readonly HerculesEvent[], timestampMs = Date.now()): Promise<void> {
    const topic = this.name(stream);
    await this.#producer.prepareTopic(topic);
    const one = (event: HerculesEvent, i: number) =>
      this.#producer.sendOne(topic, uuidToBytes(event.uuid), encodeEvent(event), { partition: i % 2, timestampMs });
    await Promise.all(events.map(one));
  }

  /** Reads a stream from its beginning until `isEnough`. @throws Error after 30 s */
  async read(stream: string, isEnough: (records: readonly ReadRecord[]) => boolean): Promise<ReadRecord[]> {
    const records: ReadRecord[] = [];
    let onEnough: () => void = () => undefined;
    const enough = new Promise<void>((resolve) => (onEnough = resolve));
    const consumer = new BatchConsumer(
      this.#cluster,
      { groupId: `reader-${randomBytes(4).toString('hex')}`, topics: [this.name(stream)] },
      {
        onBlock: (block) => {
          for (let i = 0; i < block.count; i++) {
            records.push({
              partition: block.partition,
              timestampMs: block.timestamps[i]!,
              key: block.buffer.toString('hex', block.keyStarts[i], block.keyEnds[i]),
              value: block.buffer.toString('hex', block.valueStarts[i], block.valueEnds[i]),
            });
          }
          consumer.release(block);
          if (isEnough(records)) onEnough();
        },
        onRevoked: () => Promise.resolve(),
      },
      SILENT,
    );
    await consumer.start();
    const timer = setTimeout(() => onEnough(), 30_000);
    await enough;
    clearTimeout(timer);
    await consumer.stop();
    if (!isEnough(records)) throw new Error(`${stream} holds only ${records.length} records after 30 s`);
    return records;
  }

  async #start(app: string, port: number, env: Readonly<Record<string, string>>): Promise<AppProcess> {
    const process = new AppProcess({
      entry: join(APPS, app, 'src', 'main.ts'),
      env: {
        HERCULES_HTTP_PORT: String(port),
        HERCULES_KAFKA_BROKERS: BROKERS,
        HERCULES_METADATA_TOPIC: `hercules_meta_${this.suffix}`,
        ...env,
      },
    });
    this.#apps.push(process);
    await process.waitForStatus(200, 30_000);
    return process;
  }
}
