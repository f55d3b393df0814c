import { KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { type TopicRecord, TopicRecords, waitFor } from '@hercules/testing';
import { LATENESS_MS } from './counted-events.ts';
import { Platform } from './platform.ts';
import { ProcessorPair } from './processor-pair.ts';

export const EVENT_STREAM = 'events_integrity';
export const SAMPLE_STREAM = 'metrics_integrity';
export const SPAN_STREAM = 'traces_integrity';

/** What fills them: a filter, and the two outputs of a splitter. */
export const FAILED_STREAM = 'events_failed';
export const SHARED_STREAMS = ['events_left', 'events_right'] as const;
export const FAILED_FILTERS = [{ path: 'level', condition: { type: 'string_equality', value: 'Error' } }];

const PARTITIONS = 4;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Where a count of an input goes. */
export interface CountTopics {
  /** Name of the consumer group, and part of the names of the topics. */
  readonly group: string;
  readonly output: string;
}

/** Everything around the processors: three Kafka brokers, the gateway, the management API, derived streams, and pairs of each processor. */
export class ProcessorStand {
  readonly platform: Platform;
  readonly #cluster: KafkaCluster;
  readonly #topics = new Map<string, TopicRecords>();
  readonly #pairs: ProcessorPair[] = [];

  private constructor(platform: Platform, cluster: KafkaCluster) {
    this.platform = platform;
    this.#cluster = cluster;
  }

  static async start(): Promise<ProcessorStand> {
    const platform = await Platform.start({
      brokers: 3,
      gatewayWorkers: 1,
      streams: [EVENT_STREAM, SAMPLE_STREAM, SPAN_STREAM],
      shardingKeys: { [SPAN_STREAM]: ['traceId'] },
    });
    const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: platform.kafka.bootstrap.split(',') }), SILENT);
    await cluster.connect();
    const sources = { type: 'derived', streams: [EVENT_STREAM] };
    await platform.createStream({ ...sources, name: FAILED_STREAM, filters: FAILED_FILTERS, shardingKey: ['host'], partitions: 3 });
    for (const [i, name] of SHARED_STREAMS.entries()) {
      const split = { group: 'events_shared', node: name, weight: i + 1, shardingKeys: ['host'] };
      await platform.createStream({ ...sources, name, split });
    }
    return new ProcessorStand(platform, cluster);
  }

  /** @param derivations that there are */
  derivedStreams(derivations: number): ProcessorPair {
    return this.#pair({
      entry: 'apps/derived-streams/src/main.ts',
      env: { HERCULES_SINK_SESSION_TIMEOUT_MS: '6000', HERCULES_SINK_DEAD_LETTER_REPLICATION_FACTOR: '3', HERCULES_AUDIT_ENABLED: 'false' },
      partitionGauge: 'hercules_sink_lag_records',
      partitions: derivations * PARTITIONS,
    });
  }

  metricAggregator(topics: CountTopics): Promise<ProcessorPair> {
    return this.#counter('apps/metric-aggregator/src/main.ts', SAMPLE_STREAM, topics);
  }

  traceAnalytics(topics: CountTopics): Promise<ProcessorPair> {
    return this.#counter('apps/trace-analytics/src/main.ts', SPAN_STREAM, topics, {
      HERCULES_REPLICAS_TOPIC: `replicas_${topics.group}`,
      HERCULES_REPLICAS_REPLICATION_FACTOR: '3',
      HERCULES_DEPENDENCIES_TOPIC: dependenciesTopic(topics),
      HERCULES_DEPENDENCIES_REPLICATION_FACTOR: '3',
    });
  }

  /** All records of a topic so far. Of a topic that was made a moment ago some brokers do not know yet. */
  async records(topic: string): Promise<readonly TopicRecord[]> {
    let records = this.#topics.get(topic);
    if (records === undefined) this.#topics.set(topic, (records = new TopicRecords(this.#cluster, topic)));
    return waitFor(() => records.read(), 30_000, `${topic} can be read`);
  }

  /** How all processors that run are. */
  async report(): Promise<string> {
    return (await Promise.all(this.#pairs.map((pair) => pair.report()))).join('\n\n');
  }

  leaderOf(topic: string, partition: number): number {
    return this.#cluster.leaderOf(topic, partition);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.stop()));
    await Promise.all(Array.from(this.#topics.values(), (topic) => topic.close()));
    await this.#cluster.close();
    await this.platform.stop();
  }

  async #counter(
    entry: string,
    input: string,
    { group, output }: CountTopics,
    more: Readonly<Record<string, string>> = {},
  ): Promise<ProcessorPair> {
    if (!(await this.#hasStream(output))) await this.platform.createStream({ type: 'base', name: output, shardingKey: [] });
    return this.#pair({
      entry,
      env: {
        HERCULES_INPUT_PATTERNS: input,
        HERCULES_INPUT_GROUP_ID: `hercules.${group}`,
        HERCULES_PARTIALS_TOPIC: `partials_${group}`,
        HERCULES_PARTIALS_PARTITIONS: String(PARTITIONS),
        HERCULES_PARTIALS_REPLICATION_FACTOR: '3',
        HERCULES_OUTPUT_STREAM: output,
        HERCULES_PROCESSOR_SESSION_TIMEOUT_MS: '6000',
        HERCULES_WINDOWS_LATENESS_MS: String(LATENESS_MS),
        // The load lies in the past: by the clock all of it would be late.
        HERCULES_WINDOWS_IDLE_MS: '600000',
        ...more,
      },
      partitionGauge: 'hercules_streaming_lag_records',
      partitions: 2 * PARTITIONS,
    });
  }

  async #hasStream(name: string): Promise<boolean> {
    return (JSON.parse(await this.platform.ask('/streams/list')) as string[]).includes(name);
  }

  #pair(options: ConstructorParameters<typeof ProcessorPair>[0]): ProcessorPair {
    const pair = new ProcessorPair({ ...options, env: { ...this.platform.kafkaEnv, ...options.env } });
    this.#pairs.push(pair);
    return pair;
  }
}

export function dependenciesTopic({ group }: CountTopics): string {
  return `dependencies_${group}`;
}
