import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BatchingProducer, Delivery, kafkaConfigSchema, KafkaAdmin, KafkaCluster } from '@hercules/kafka';
import { BatchChecker, type Logger } from '@hercules/protocol';
import { type Figure, figureOf } from './figure.ts';
import { LogEventSource } from './log-events.ts';
import { cpuSeconds, residentMegabytes } from './process-cpu.ts';

export interface ElasticSinkBenchOptions {
  readonly brokers: readonly string[];
  /** Events of a run, after a warm-up of a quarter of them. */
  readonly events?: number;
  readonly runs?: number;
}

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MAIN = fileURLToPath(new URL('../../../apps/elastic-sink/src/main.ts', import.meta.url));
const STUB = fileURLToPath(new URL('./stub-elasticsearch.ts', import.meta.url));
const PARTITIONS = 4;
const BATCH = 1000;
const TARGET_CPU = 4.5;
const TARGET_MEMORY_MB = 300;

/**
 * The sink alone: real Kafka, and in the place of Elasticsearch a process that answers `_bulk` and keeps nothing. CPU of the sink for a million
 * ~316-byte log events that wait in the topic, read, converted and written.
 * @throws Error when the stub has not got every event
 */
export async function benchElasticSink({ brokers, events = 400_000, runs = 3 }: ElasticSinkBenchOptions): Promise<Figure[]> {
  const cpu: number[] = [];
  const rates: number[] = [];
  const memory: number[] = [];
  for (let run = 0; run < runs; run++) {
    const measured = await measure(brokers, events);
    cpu.push(measured.cpuSecondsPerMillion);
    rates.push(measured.eventsPerSecond);
    memory.push(measured.residentMegabytes);
  }
  const fastest = Math.round(Math.max(...rates)).toLocaleString('en-US');
  return [
    figureOf('elastic-sink, without the server', 'CPU s/M', cpu, { target: TARGET_CPU, note: `up to ${fastest} documents/s` }),
    figureOf('elastic-sink, memory', 'MB resident', memory, { target: TARGET_MEMORY_MB }),
  ];
}

interface Measurement {
  readonly cpuSecondsPerMillion: number;
  readonly eventsPerSecond: number;
  readonly residentMegabytes: number;
}

async function measure(brokers: readonly string[], events: number): Promise<Measurement> {
  const topic = `bench_sink_${randomBytes(4).toString('hex')}`;
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers }), SILENT);
  await cluster.connect();
  const admin = new KafkaAdmin(cluster);
  await admin.createTopic({ topic, partitions: PARTITIONS, replicationFactor: 1, configs: {} });
  const stub = startNode([STUB], {});
  const stubUrl = `http://127.0.0.1:${await firstLine(stub)}`;
  let sink: ChildProcess | undefined;
  try {
    const warmUp = Math.ceil(events / 4 / BATCH) * BATCH;
    await fill(cluster, topic, warmUp);
    sink = startNode(['--max-semi-space-size=8', MAIN], {
      HERCULES_HTTP_PORT: '0',
      HERCULES_KAFKA_BROKERS: brokers.join(','),
      HERCULES_ELASTICSEARCH_NODES: stubUrl,
      HERCULES_SINK_PATTERNS: topic,
      HERCULES_SINK_GROUP_ID: topic,
    });
    sink.stdout!.resume();
    await documentsReach(stubUrl, warmUp);
    const startCpu = cpuSeconds(sink.pid!);
    const startedAt = performance.now();
    await fill(cluster, topic, events);
    await documentsReach(stubUrl, warmUp + events);
    return {
      cpuSecondsPerMillion: (cpuSeconds(sink.pid!) - startCpu) / (events / 1e6),
      eventsPerSecond: events / ((performance.now() - startedAt) / 1000),
      residentMegabytes: residentMegabytes(sink.pid!),
    };
  } finally {
    await Promise.all([sink === undefined ? undefined : end(sink), end(stub)]);
    await admin.deleteTopic(topic);
    await cluster.close();
  }
}

async function fill(cluster: KafkaCluster, topic: string, events: number): Promise<void> {
  const producer = new BatchingProducer(cluster, {}, SILENT);
  await producer.start();
  await producer.prepareTopic(topic);
  const source = new LogEventSource();
  const checker = new BatchChecker();
  for (let sent = 0; sent < events; sent += BATCH) {
    const batch = source.batch(BATCH);
    checker.check(batch);
    const delivery = new Delivery();
    for (let i = 0; i < BATCH; i++) {
      const start = checker.bounds[i]!;
      producer.append(topic, i % PARTITIONS, batch, start + 9, start + 25, batch, start, checker.bounds[i + 1]!, Date.now(), delivery);
    }
    delivery.seal();
    await delivery.promise;
  }
  await producer.close(10_000);
}

async function documentsReach(stubUrl: string, goal: number): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const documents = Number(await (await fetch(`${stubUrl}/documents`)).text());
    if (documents >= goal) return;
    if (Date.now() > deadline) throw new Error(`the sink has written ${documents} of ${goal} documents in 120 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function startNode(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return line;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
