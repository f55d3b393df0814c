import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { BatchingProducer, Delivery, kafkaConfigSchema, KafkaAdmin, KafkaCluster } from '@hercules/kafka';
import { BatchChecker, type Logger } from '@hercules/protocol';
import { endProcess, startNode, untilCount } from './bench-process.ts';
import { cpuSeconds, residentMegabytes } from './process-cpu.ts';

export interface SinkUnderTest {
  readonly brokers: readonly string[];
  /** Folder of the app below apps/. */
  readonly app: string;
  /** Settings of the app, besides Kafka; of a sink also besides streams and group. A function is told the topic of the events, and may prepare something. */
  readonly env: Readonly<Record<string, string>> | ((topic: string, cluster: KafkaCluster) => Promise<Readonly<Record<string, string>>>);
  /** Events that are measured, after a warm-up of a quarter of them. */
  readonly events: number;
  /** Makes a batch (count and events) of so many new events. */
  readonly batch: (size: number) => Buffer;
  /** How many events have arrived behind the sink. */
  readonly arrived: () => Promise<number>;
  /** Partition of the event at this place of a batch; all in turn by default. */
  readonly partitionOf?: (place: number) => number;
  /** How often that is looked at, in ms; rarely, where looking costs the sink itself something. */
  readonly lookMs?: number;
}

export interface SinkMeasurement {
  readonly cpuSecondsPerMillion: number;
  readonly eventsPerSecond: number;
  readonly residentMegabytes: number;
}

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Partitions of the topic of the events. */
export const PARTITIONS = 4;
const BATCH = 1000;

/**
 * A sink as a process of its own on a real Kafka: CPU and rate while it brings events from their topic to where they are counted.
 * @throws Error when not every event arrives
 */
export async function measureSink({
  brokers,
  app,
  env,
  events,
  batch,
  arrived,
  lookMs,
  partitionOf,
}: SinkUnderTest): Promise<SinkMeasurement> {
  const topic = `bench_sink_${randomBytes(4).toString('hex')}`;
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers }), SILENT);
  await cluster.connect();
  const admin = new KafkaAdmin(cluster);
  await admin.createTopic({ topic, partitions: PARTITIONS, replicationFactor: 1, configs: {} });
  let sink: ChildProcess | undefined;
  try {
    const ownEnv =
      typeof env === 'function' ? await env(topic, cluster) : { HERCULES_SINK_PATTERNS: topic, HERCULES_SINK_GROUP_ID: topic, ...env };
    const before = await arrived();
    const warmUp = Math.ceil(events / 4 / BATCH) * BATCH;
    await fill(cluster, topic, warmUp, batch, partitionOf);
    sink = startNode(['--max-semi-space-size=4', fileURLToPath(new URL(`../../../apps/${app}/src/main.ts`, import.meta.url))], {
      HERCULES_HTTP_PORT: '0',
      HERCULES_KAFKA_BROKERS: brokers.join(','),
      ...ownEnv,
    });
    sink.stdout!.resume();
    await untilCount(before + warmUp, arrived, lookMs);
    const startCpu = cpuSeconds(sink.pid!);
    const startedAt = performance.now();
    await fill(cluster, topic, events, batch, partitionOf);
    await untilCount(before + warmUp + events, arrived, lookMs);
    return {
      cpuSecondsPerMillion: (cpuSeconds(sink.pid!) - startCpu) / (events / 1e6),
      eventsPerSecond: events / ((performance.now() - startedAt) / 1000),
      residentMegabytes: residentMegabytes(sink.pid!),
    };
  } finally {
    await endProcess(sink);
    await admin.deleteTopic(topic);
    await cluster.close();
  }
}

/** Puts events into a topic, partition by partition. */
export async function fill(
  cluster: KafkaCluster,
  topic: string,
  events: number,
  makeBatch: (size: number) => Buffer,
  partitionOf: (place: number) => number = (place) => place % PARTITIONS,
): Promise<void> {
  const producer = new BatchingProducer(cluster, {}, SILENT);
  await producer.start();
  await producer.prepareTopic(topic);
  const checker = new BatchChecker();
  for (let sent = 0; sent < events; sent += BATCH) {
    const batch = makeBatch(BATCH);
    checker.check(batch);
    const delivery = new Delivery();
    for (let i = 0; i < BATCH; i++) {
      const start = checker.bounds[i]!;
      producer.append(topic, partitionOf(i), batch, start + 9, start + 25, batch, start, checker.bounds[i + 1]!, Date.now(), delivery);
    }
    delivery.seal();
    await delivery.promise;
  }
  await producer.close(10_000);
}
