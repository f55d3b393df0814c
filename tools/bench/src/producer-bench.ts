import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { type Figure, figureOf } from './figure.ts';
import type { ProduceOptions, ProduceReport } from './load/produce-meter.ts';

export interface ProducerBenchOptions {
  readonly brokers: readonly string[];
  readonly records?: number;
  readonly warmUpRecords?: number;
  readonly partitions?: number;
  readonly valueBytes?: number;
  readonly recordsPerDelivery?: number;
  readonly deliveriesUnderWay?: number;
  readonly compression?: 'none' | 'lz4' | 'zstd';
  readonly runs?: number;
}

/** The producers that are compared, by the module that runs them in a process of its own. */
const VARIANTS = [
  { name: 'BatchingProducer', module: './load/batching-producer-load.ts', target: 0.9 },
  { name: 'kafkajs producer.send', module: './load/kafkajs-producer-load.ts' },
] as const;

const KEY_BYTES = 16;

/**
 * CPU of a process that produces records, acknowledged by all in-sync replicas, for a million records: ours beside kafkajs' `producer.send`, turn
 * by turn, each run in a new process; the warm-up is not counted. Every run is checked by what the topic then holds.
 * @throws Error when records are missing
 */
export async function benchProducer(options: ProducerBenchOptions): Promise<Figure[]> {
  const {
    brokers,
    records = 1_000_000,
    warmUpRecords = 200_000,
    partitions = 3,
    valueBytes = 300,
    recordsPerDelivery = 1000,
    deliveriesUnderWay = 4,
    compression = 'none',
    runs = 3,
  } = options;
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: [...brokers] }), silent);
  await cluster.connect();
  const admin = new KafkaAdmin(cluster);
  // kafkajs comes without lz4 and zstd.
  const variants = VARIANTS.filter(({ name }) => compression === 'none' || name === 'BatchingProducer');
  const reports = new Map<string, ProduceReport[]>(variants.map(({ name }) => [name, []]));
  try {
    for (let run = 0; run < runs; run++) {
      for (const { name, module } of variants) {
        const topic = `bench_producer_${randomBytes(4).toString('hex')}`;
        await admin.createTopic({ topic, partitions, replicationFactor: 1, configs: {} });
        try {
          const report = await produce(module, {
            brokers,
            topic,
            partitions,
            keyBytes: KEY_BYTES,
            valueBytes,
            recordsPerDelivery,
            deliveriesUnderWay,
            compression,
            warmUpRecords,
            records,
          });
          const written = (await admin.endOffsets(topic)).reduce((sum, end) => sum + end, 0);
          if (written < records + warmUpRecords)
            throw new Error(`${name}: ${written} records are in the topic, ${records} were acknowledged`);
          reports.get(name)!.push(report);
        } finally {
          await admin.deleteTopic(topic);
        }
      }
    }
  } finally {
    await cluster.close();
  }
  return variants.map((variant) => {
    const all = reports.get(variant.name)!;
    const cpu = all.map((report) => (report.cpuSeconds / report.records) * 1e6);
    const rate = Math.max(...all.map((report) => report.records / report.seconds));
    const memory = Math.max(...all.map((report) => report.residentMegabytes));
    const note = `${compression}, ${recordsPerDelivery} a delivery, up to ${Math.round(rate / 1000)} k records/s, ${Math.round(memory)} MB`;
    return figureOf(`producing, ${variant.name}`, 'CPU s/M', cpu, 'target' in variant ? { target: variant.target, note } : { note });
  });
}

async function produce(module: string, options: ProduceOptions): Promise<ProduceReport> {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), [JSON.stringify(options)]);
  try {
    const exited = once(child, 'exit') as Promise<[number | null]>;
    const early = exited.then(([code]) => Promise.reject(new Error(`${module} ended with ${String(code)} before it was done`)));
    const [report] = (await Promise.race([once(child, 'message'), early])) as [ProduceReport];
    early.catch(() => undefined);
    await exited;
    return report;
  } finally {
    child.kill();
  }
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
