import { randomBytes } from 'node:crypto';
import { BatchingProducer, Delivery, KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { encodeEvent, type Logger, tag, TickClock, UuidV1Generator, type Value } from '@hercules/protocol';
import { spawnApp, type SpawnedApp } from '../src/spawn-app.ts';
import { testServers } from '../src/test-servers.ts';
import { TopicRecords } from '../src/topic-records.ts';
import { waitFor } from '../src/wait-for.ts';

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MASTER_KEY = 'replay-master-key';
const PARTITIONS = 2;
const UUID_START = 9;

const clock = new TickClock();
const uuids = new UuidV1Generator({ clock });

/** A replay as the API answers it, as far as tests look at it. */
export interface ShownReplay {
  readonly id: string;
  readonly state: string;
  readonly percent?: number;
  readonly records?: number;
  readonly progress?: {
    readonly attempt: number;
    readonly executor: string;
    readonly error?: string;
    readonly recordsPerSecond: number;
    readonly partitions: readonly { readonly next: number }[];
    readonly counts: Readonly<Record<'read' | 'filtered' | 'written' | 'duplicated' | 'deadLettered' | 'expired', number>>;
  };
}

/** A management API, sinks, streams and indexes of one test suite, that are nobody else's. */
export class ReplayStand {
  readonly suffix = randomBytes(4).toString('hex');
  readonly indexPrefix = `replay-${this.suffix}-`;
  readonly cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: testServers().kafka.split(',') }), SILENT);
  readonly admin = new KafkaAdmin(this.cluster);
  readonly #producer = new BatchingProducer(this.cluster, {}, SILENT);
  readonly #apps: SpawnedApp[] = [];
  #api: SpawnedApp | undefined;

  async open(): Promise<void> {
    await this.cluster.connect();
    await this.#producer.start();
    await this.startApi();
  }

  async startApi(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#api = await this.startApp('apps/management-api/src/main.ts', {
      HERCULES_MASTER_KEYS: MASTER_KEY,
      HERCULES_TASKS_TOPIC: `hercules_tasks_${this.suffix}`,
      HERCULES_DELETE_GRACE_PERIOD_MS: '100',
      ...env,
    });
  }

  async killApi(): Promise<void> {
    await this.#api!.kill();
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.stop()));
    await this.#producer.close(5000);
    for (const topic of await this.admin.listTopics()) if (topic.endsWith(this.suffix)) await this.admin.deleteTopic(topic);
    await this.cluster.close();
  }

  async startApp(entry: string, env: Readonly<Record<string, string>>): Promise<SpawnedApp> {
    const app = await spawnApp(entry, {
      HERCULES_KAFKA_BROKERS: testServers().kafka,
      HERCULES_METADATA_TOPIC: `hercules_meta_${this.suffix}`,
      HERCULES_REPLAYS_TOPIC: `hercules_replays_${this.suffix}`,
      HERCULES_REPLAYS_SESSION_TIMEOUT_MS: '6000',
      HERCULES_REPLAYS_PROGRESS_INTERVAL_MS: '200',
      ...env,
    });
    this.#apps.push(app);
    return app;
  }

  /** What targets of replays call the sink of this suite. */
  get sinkName(): string {
    return `elastic-${this.suffix}`;
  }

  startElasticSink(env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> {
    return this.startApp('apps/elastic-sink/src/main.ts', {
      HERCULES_ELASTICSEARCH_NODES: testServers().elasticsearch,
      HERCULES_INDEX_PREFIX: this.indexPrefix,
      HERCULES_SINK_PATTERNS: `logs_*_${this.suffix}`,
      HERCULES_SINK_GROUP_ID: `replay_${this.suffix}`,
      HERCULES_SINK_DEAD_LETTER_STREAM: `dead_${this.suffix}`,
      HERCULES_SINK_LINGER_MS: '20',
      HERCULES_SINK_COMMIT_INTERVAL_MS: '50',
      HERCULES_SINK_SESSION_TIMEOUT_MS: '6000',
      HERCULES_REPLAYS_NAME: this.sinkName,
      ...env,
    });
  }

  async createStream(name: string): Promise<string> {
    const stream = `${name}_${this.suffix}`;
    const document = { type: 'base', name: stream, partitions: PARTITIONS, shardingKey: [], ttl: 3_600_000 };
    const { status, text } = await this.post('/streams/create', document);
    if (status !== 200) throw new Error(`${stream} was not created: ${status} ${text}`);
    return stream;
  }

  /** Sends log events of a project as the gateway does, numbered, and waits until Kafka has them. */
  async send(stream: string, project: string, count: number): Promise<void> {
    await this.sendBytes(stream, newLogEvents(project, count));
  }

  async sendBytes(stream: string, events: readonly Buffer[]): Promise<void> {
    await this.#producer.prepareTopic(stream);
    const delivery = new Delivery();
    events.forEach((event, i) => {
      this.#producer.append(stream, i % PARTITIONS, event, UUID_START, UUID_START + 16, event, 0, event.length, Date.now(), delivery);
    });
    delivery.seal();
    await delivery.promise;
  }

  /** Keys and values of all records of a stream, as texts, sorted. */
  async records(stream: string): Promise<string[]> {
    const topic = new TopicRecords(this.cluster, stream);
    const found = (await topic.read()).map(({ key, value }) => `${key.toString('hex')}=${value.toString('hex')}`);
    await topic.close();
    return found.sort();
  }

  async post(path: string, document?: object, authorization = `masterApiKey ${MASTER_KEY}`): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.#api!.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Hercules ${authorization}`, 'content-type': 'application/json' },
      body: document === undefined ? '' : JSON.stringify(document),
    });
    return { status: response.status, text: await response.text() };
  }

  async get(path: string, authorization = `masterApiKey ${MASTER_KEY}`): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.#api!.url}${path}`, { headers: { authorization: `Hercules ${authorization}` } });
    return { status: response.status, text: await response.text() };
  }

  /** Starts a replay of the last hour. @throws Error with the answer when it is refused */
  async replay(request: object): Promise<ShownReplay> {
    const { status, text } = await this.post('/replays', { from: '-1h', ...request });
    if (status !== 200) throw new Error(`the replay was refused: ${status} ${text}`);
    return JSON.parse(text) as ShownReplay;
  }

  async show(id: string): Promise<ShownReplay> {
    return JSON.parse((await this.get(`/replays/info?id=${id}`)).text) as ShownReplay;
  }

  /** Waits until the replay is in the state. @throws Error with the replay when it is not in time */
  async waitForState(id: string, state: string, timeoutMs = 30_000): Promise<ShownReplay> {
    return this.waitForReplay(id, `is ${state}`, (replay) => replay.state === state, timeoutMs);
  }

  async waitForReplay(id: string, what: string, condition: (replay: ShownReplay) => boolean, timeoutMs = 30_000): Promise<ShownReplay> {
    let shown = await this.show(id);
    try {
      await waitFor(
        async () => {
          shown = await this.show(id);
          return condition(shown);
        },
        timeoutMs,
        `the replay ${what}`,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${JSON.stringify(shown)}`, { cause: error });
    }
    return shown;
  }

  /** Ids of all documents in indexes, sorted; none when there is no such index. */
  async documentIds(indexes: string): Promise<string[]> {
    const url = testServers().elasticsearch;
    await fetch(`${url}/${indexes}/_refresh`, { method: 'POST' });
    const response = await fetch(`${url}/${indexes}/_search?size=10000&_source=false&allow_no_indices=true`);
    const { hits } = (await response.json()) as { hits: { hits: { _id: string }[] } };
    return hits.hits.map(({ _id }) => _id).sort();
  }

  async waitForDocuments(indexes: string, count: number): Promise<string[]> {
    await waitFor(async () => (await this.documentIds(indexes)).length === count, 30_000, `${count} documents in ${indexes}`);
    return this.documentIds(indexes);
  }

  /** Deletes the indexes of the suite and their template. */
  async cleanElasticsearch(): Promise<void> {
    const url = testServers().elasticsearch;
    const indexes = (await (await fetch(`${url}/${this.indexPrefix}*/_settings`)).json()) as object;
    for (const index of Object.keys(indexes)) await fetch(`${url}/${index}`, { method: 'DELETE' });
    await fetch(`${url}/_index_template/${this.indexPrefix.slice(0, -1)}`, { method: 'DELETE' });
  }
}

/** An event of this moment, encoded. */
export function newEvent(tags: Readonly<Record<string, Value>>): Buffer {
  return encodeEvent({ version: 1, timestamp: clock.now(), uuid: uuids.next(), payload: new Map(Object.entries(tags)) });
}

/** Log events of a project, each with its number in `number`. */
export function newLogEvents(project: string, count: number): Buffer[] {
  const properties = tag.container({ project: tag.string(project) });
  return Array.from({ length: count }, (_, number) =>
    newEvent({ message: tag.string(`event ${number}`), number: tag.integer(number), properties }),
  );
}

/** The value of a metric of an app, over all labels. */
export async function metricOf(app: SpawnedApp, name: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) => Number(value));
  if (values.length === 0) throw new Error(`no metric ${name}`);
  return values.reduce((sum, value) => sum + value, 0);
}
