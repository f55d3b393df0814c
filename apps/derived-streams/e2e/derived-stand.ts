import { join } from 'node:path';
import { TestKafka } from '@hercules/kafka/testing';
import { AppProcess, freePort } from '@hercules/service/testing';

const MASTER_KEY = 'derived-master-key';
const APPS = join(__dirname, '..', '..');

/** A management API and derived-streams on a real Kafka, with metadata and streams that are nobody else's. */
export class DerivedStand {
  readonly kafka = new TestKafka();
  readonly #apps: AppProcess[] = [];
  #managementUrl = '';

  async open(): Promise<void> {
    await this.kafka.open();
    const port = await freePort();
    await this.#start('management-api', port, {
      HERCULES_MASTER_KEYS: MASTER_KEY,
      HERCULES_TASKS_TOPIC: `hercules_tasks_${this.kafka.suffix}`,
      HERCULES_DELETE_GRACE_PERIOD_MS: '100',
    });
    this.#managementUrl = `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.kill()));
    await this.kafka.close();
  }

  async startDerivedStreams(): Promise<AppProcess> {
    return this.#start('derived-streams', await freePort(), {
      HERCULES_SINK_COMMIT_INTERVAL_MS: '50',
      HERCULES_SINK_SESSION_TIMEOUT_MS: '6000',
      HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${this.kafka.suffix}`,
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
    return this.post('/streams/create?timeoutMs=20000', { name: this.kafka.name(name), partitions: 2, ttl: 3_600_000, ...definition });
  }

  async #start(app: string, port: number, env: Readonly<Record<string, string>>): Promise<AppProcess> {
    const process = new AppProcess({
      entry: join(APPS, app, 'src', 'main.ts'),
      env: {
        HERCULES_HTTP_PORT: String(port),
        HERCULES_KAFKA_BROKERS: this.kafka.brokers,
        HERCULES_METADATA_TOPIC: `hercules_meta_${this.kafka.suffix}`,
        HERCULES_REPLAYS_TOPIC: `hercules_replays_${this.kafka.suffix}`,
        ...env,
      },
    });
    this.#apps.push(process);
    await process.waitForStatus(200, 30_000);
    return process;
  }
}
