import { BatchingProducer, KafkaAdmin, type KafkaCluster } from '@hercules/kafka';
import { freePorts } from '@hercules/stack';
import type { Logger } from '@hercules/protocol';
import { parsePrometheusText } from '@hercules/service/testing';
import type { Figure } from './figure.ts';
import { LogEventSource } from './log-events.ts';
import { measureSink, PARTITIONS, type SinkMeasurement, type SinkUnderTest } from './measure-sink.ts';
import { MetricEventSource } from './metric-events.ts';
import { sinkFigures } from './sink-figures.ts';
import { SpanEventSource } from './span-events.ts';

export interface ProcessorsBenchOptions {
  readonly brokers: readonly string[];
  /** Events of a run, after a warm-up of a quarter of them; so many that what is compiled and what grows at the beginning does not count much. */
  readonly events?: number;
  readonly runs?: number;
}

interface ProcessorCase {
  readonly name: string;
  readonly app: string;
  readonly target: number;
  readonly unit: string;
  readonly createBatches: () => (size: number) => Buffer;
  /** Prepares what the processor needs. @returns its settings */
  readonly prepare: (topic: string, cluster: KafkaCluster) => Promise<Readonly<Record<string, string>>>;
  /** Metrics that together count the events that have come to their end. */
  readonly arrived: readonly string[];
  readonly partitionOf?: SinkUnderTest['partitionOf'];
}

const TARGET_MEMORY_MB = 300;
const LOOK_MS = 200;
const SPANS_OF_A_TRACE = 7;
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const COUNTED = ['hercules_streaming_events_total'];

const CASES: readonly ProcessorCase[] = [
  derivedCase('2 % pass', 'Error'),
  derivedCase('98 % pass', 'Info'),
  aggregatorCase('sum'),
  aggregatorCase('percentiles'),
  {
    name: 'trace-analytics, traces of 7 spans',
    app: 'trace-analytics',
    target: 4,
    unit: 'spans/s',
    createBatches: spans,
    prepare: prepareAggregation,
    arrived: COUNTED,
    partitionOf: (place) => Math.floor(place / SPANS_OF_A_TRACE) % PARTITIONS,
  },
];

/** @param level of the log events that pass */
function derivedCase(share: string, level: string): ProcessorCase {
  return {
    name: `derived-streams, one filter, ${share}`,
    app: 'derived-streams',
    target: 3,
    unit: 'events/s',
    createBatches: logs,
    prepare: (topic, cluster) => prepareDerived(topic, cluster, level),
    arrived: ['hercules_sink_filtered_records_total', 'hercules_sink_written_records_total'],
  };
}

function aggregatorCase(aggregation: string): ProcessorCase {
  return {
    name: `metric-aggregator, ${aggregation} of 4000 series`,
    app: 'metric-aggregator',
    target: 5,
    unit: 'metrics/s',
    createBatches: () => metrics(aggregation),
    prepare: prepareAggregation,
    arrived: COUNTED,
  };
}

/** Processors alone on a real Kafka: CPU for a million events, from their topic to the acknowledged results. @throws Error when not every event is counted */
export async function benchProcessors({ brokers, events = 1_200_000, runs = 3 }: ProcessorsBenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, app, target, unit, createBatches, prepare, arrived, partitionOf } of CASES) {
    const measured: SinkMeasurement[] = [];
    for (let run = 0; run < runs; run++) {
      const [port] = (await freePorts(1)) as [number];
      const makeBatch = createBatches();
      measured.push(
        await measureSink({
          brokers,
          app,
          env: async (topic, cluster) => ({ ...(await prepare(topic, cluster)), HERCULES_HTTP_PORT: String(port) }),
          events,
          batch: makeBatch,
          // 0 until the app listens.
          arrived: () => sumOf(port, arrived).catch(() => 0),
          lookMs: LOOK_MS,
          ...(partitionOf === undefined ? {} : { partitionOf }),
        }),
      );
    }
    figures.push(...sinkFigures(name, `${name}, memory`, unit, measured, { cpu: target, memory: TARGET_MEMORY_MB }));
  }
  return figures;
}

function logs(): (size: number) => Buffer {
  const source = new LogEventSource();
  return (size) => source.batch(size);
}

function metrics(aggregation: string): (size: number) => Buffer {
  const source = new MetricEventSource(aggregation);
  return (size) => source.batch(size);
}

function spans(): (size: number) => Buffer {
  const source = new SpanEventSource();
  return (size) => source.batch(size);
}

/** A derived stream in metadata of its own. */
async function prepareDerived(topic: string, cluster: KafkaCluster, level: string): Promise<Record<string, string>> {
  const admin = new KafkaAdmin(cluster);
  const [metadata, name] = [`${topic}_meta`, `${topic}_out`];
  await admin.createTopic({ topic: metadata, partitions: 1, replicationFactor: 1, configs: { 'cleanup.policy': 'compact' } });
  await admin.createTopic({ topic: name, partitions: PARTITIONS, replicationFactor: 1, configs: {} });
  const filters = [{ path: 'level', condition: { type: 'string_equality', value: level } }];
  const stream = { type: 'derived', name, partitions: PARTITIONS, shardingKey: [], ttl: 3_600_000, streams: [topic], filters };
  const producer = new BatchingProducer(cluster, {}, SILENT);
  await producer.start();
  await producer.prepareTopic(metadata);
  await producer.sendOne(metadata, Buffer.from(`stream/${name}`), Buffer.from(JSON.stringify(stream)));
  await producer.close(5000);
  return { HERCULES_METADATA_TOPIC: metadata };
}

async function prepareAggregation(topic: string, cluster: KafkaCluster): Promise<Record<string, string>> {
  await new KafkaAdmin(cluster).createTopic({ topic: `${topic}_out`, partitions: PARTITIONS, replicationFactor: 1, configs: {} });
  return {
    HERCULES_INPUT_PATTERNS: topic,
    HERCULES_PARTIALS_TOPIC: `${topic}_partials`,
    HERCULES_OUTPUT_STREAM: `${topic}_out`,
    HERCULES_REPLICAS_TOPIC: `${topic}_replicas`,
    HERCULES_DEPENDENCIES_TOPIC: `${topic}_dependencies`,
  };
}

async function sumOf(port: number, names: readonly string[]): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const shown = parsePrometheusText(text);
  return names.flatMap((name) => shown.get(name)?.samples ?? []).reduce((sum, { value }) => sum + value, 0);
}
