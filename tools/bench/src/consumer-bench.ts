import { fork } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { BatchingProducer, Delivery, KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { type Figure, figureOf } from './figure.ts';
import type { ConsumeOptions, ConsumeReport } from './load/consume-meter.ts';

export interface ConsumerBenchOptions {
  readonly brokers: readonly string[];
  readonly records?: number;
  readonly warmUpRecords?: number;
  readonly partitions?: number;
  readonly valueBytes?: number;
  readonly runs?: number;
  readonly compression?: 'none' | 'lz4' | 'zstd';
}

/** The consumers that are compared, by the module that runs them in a process of its own. */
const VARIANTS = [
  { name: 'BatchConsumer', module: './load/batch-consumer-load.ts', target: 1 },
  { name: 'kafkajs eachBatch', module: './load/kafkajs-consumer-load.ts' },
] as const;

const KEY_BYTES = 16;
/** Records of a delivery while the topic is filled. */
const FILL_STEP = 1000;

/**
 * CPU of a process that consumes and decodes records without handling them, for a million records: ours beside kafkajs. Both read the same
 * topic, turn by turn, each run as a new group in a new process; the warm-up is not counted.
 */
export async function benchConsumer(options: ConsumerBenchOptions): Promise<Figure[]> {
  const {
    brokers,
    records = 1_000_000,
    warmUpRecords = 300_000,
    partitions = 3,
    valueBytes = 300,
    runs = 3,
    compression = 'none',
  } = options;
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: [...brokers] }), silent);
  await cluster.connect();
  const admin = new KafkaAdmin(cluster);
  const topic = `bench_consumer_${randomBytes(4).toString('hex')}`;
  try {
    await admin.createTopic({ topic, partitions, replicationFactor: 1, configs: {} });
    // Some more than is read, so that the end of one partition does not slow the measurement down.
    await fill(cluster, topic, Math.ceil((records + warmUpRecords) * 1.05), partitions, valueBytes, compression);
    // kafkajs comes without lz4 and zstd.
    const variants = VARIANTS.filter(({ name }) => compression === 'none' || name === 'BatchConsumer');
    const reports = new Map<string, ConsumeReport[]>(variants.map(({ name }) => [name, []]));
    for (let run = 0; run < runs; run++) {
      for (const { name, module } of variants) {
        const groupId = `${topic}_${run}_${randomBytes(2).toString('hex')}`;
        reports.get(name)!.push(await consume(module, { brokers, topic, groupId, warmUpRecords, records }));
      }
    }
    return variants.map((variant) => {
      const all = reports.get(variant.name)!;
      const cpu = all.map((report) => (report.cpuSeconds / report.records) * 1e6);
      const rate = Math.max(...all.map((report) => report.records / report.seconds));
      const memory = Math.max(...all.map((report) => report.residentMegabytes));
      const note = `${compression}, up to ${Math.round(rate / 1000)} k records/s, ${Math.round(memory)} MB`;
      return figureOf(`consuming, ${variant.name}`, 'CPU s/M', cpu, 'target' in variant ? { target: variant.target, note } : { note });
    });
  } finally {
    await admin.deleteTopic(topic);
    await cluster.close();
  }
}

async function consume(module: string, options: ConsumeOptions): Promise<ConsumeReport> {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), [JSON.stringify(options)]);
  try {
    const ended = once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`${module} ended with ${String(code)} before it was done`)),
    );
    const [report] = (await Promise.race([once(child, 'message'), ended])) as [ConsumeReport];
    return report;
  } finally {
    child.kill();
  }
}

async function fill(
  cluster: KafkaCluster,
  topic: string,
  records: number,
  partitions: number,
  valueBytes: number,
  compression: 'none' | 'lz4' | 'zstd',
): Promise<void> {
  const producer = new BatchingProducer(cluster, { compression }, silent);
  await producer.start();
  await producer.prepareTopic(topic);
  // Random enough that compression has something to do, the same text again so that it can.
  const source = Buffer.concat([randomBytes(FILL_STEP), Buffer.alloc(valueBytes, 'delivered to the warehouse in 12 ms; ')]);
  for (let sent = 0; sent < records; sent += FILL_STEP) {
    await producer.waitForRoom(FILL_STEP * (valueBytes + KEY_BYTES + 20), 30_000);
    const delivery = new Delivery();
    for (let i = 0; i < FILL_STEP; i++) {
      const start = i % FILL_STEP;
      producer.append(topic, i % partitions, source, 0, KEY_BYTES, source, start, start + valueBytes, Date.now(), delivery);
    }
    delivery.seal();
    delivery.promise.catch((error: unknown) => {
      throw error;
    });
  }
  await producer.close(30_000);
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
