import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@hercules/stack';
import { BatchingProducer, KafkaAdmin, kafkaConfigSchema, KafkaCluster } from '@hercules/kafka';
import { apiKeyIdentity, metadataTopicConfigs, ruleKey, streamKey, stringifyJson } from '@hercules/metadata';
import { decompressLz4Block, type Logger } from '@hercules/protocol';
import { endProcess, startNode, untilCount } from './bench-process.ts';
import { type Figure, figureOf } from './figure.ts';
import { LogEventSource } from './log-events.ts';
import { fill } from './measure-sink.ts';
import { cpuSeconds, residentMegabytes } from './process-cpu.ts';

export interface QueryApiBenchOptions {
  readonly brokers: readonly string[];
  /** Events that are read in a run. */
  readonly events?: number;
  readonly runs?: number;
}

const MAIN = fileURLToPath(new URL('../../../apps/query-api/src/main.ts', import.meta.url));
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const PARTITIONS = 4;
const TAKE = 10_000;
const API_KEY = `bench_${'0'.repeat(32)}`;
const MEMORY_TARGET_MB = 300;

/** Reading a stream from its beginning to its end through `POST /stream/read`, 10 000 events at a time, plain and packed. */
export async function benchQueryApi({ brokers, events = 500_000, runs = 3 }: QueryApiBenchOptions): Promise<Figure[]> {
  const suffix = randomBytes(4).toString('hex');
  const [stream, metadata] = [`bench_query_${suffix}`, `hercules_meta_${suffix}`];
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers }), SILENT);
  await cluster.connect();
  const admin = new KafkaAdmin(cluster);
  let api: ChildProcess | undefined;
  try {
    await admin.createTopic({ topic: stream, partitions: PARTITIONS, replicationFactor: 1, configs: {} });
    await admin.createTopic({ topic: metadata, partitions: 1, replicationFactor: 1, configs: metadataTopicConfigs(1) });
    await putMetadata(cluster, metadata, stream);
    const source = new LogEventSource();
    await fill(cluster, stream, events, (size) => source.batch(size));
    const [port] = (await freePorts(1)) as [number];
    api = startNode(['--max-semi-space-size=4', MAIN], {
      HERCULES_HTTP_PORT: String(port),
      HERCULES_KAFKA_BROKERS: brokers.join(','),
      HERCULES_METADATA_TOPIC: metadata,
      HERCULES_CASSANDRA_ENABLED: 'false',
    });
    api.stdout!.resume();
    const url = `http://127.0.0.1:${port}`;
    await untilCount(1, async () => ((await fetch(`${url}/status`).catch(() => undefined))?.status === 200 ? 1 : 0));
    await readAll(url, stream, events, false);
    const figures: Figure[] = [];
    for (const lz4 of [false, true]) {
      const cpu: number[] = [];
      const rates: number[] = [];
      for (let run = 0; run < runs; run++) {
        const startCpu = cpuSeconds(api.pid!);
        const startedAt = performance.now();
        await readAll(url, stream, events, lz4);
        cpu.push((cpuSeconds(api.pid!) - startCpu) / (events / 1e6));
        rates.push(events / ((performance.now() - startedAt) / 1000));
      }
      const fastest = Math.round(Math.max(...rates)).toLocaleString('en-US');
      figures.push(
        figureOf(`query-api, reading a stream, ${lz4 ? 'lz4' : 'plain'}`, 'CPU s/M', cpu, { note: `up to ${fastest} events/s` }),
      );
    }
    figures.push(figureOf('query-api, memory', 'MB resident', [residentMegabytes(api.pid!)], { target: MEMORY_TARGET_MB }));
    return figures;
  } finally {
    await endProcess(api);
    for (const topic of [stream, metadata]) await admin.deleteTopic(topic);
    await cluster.close();
  }
}

async function putMetadata(cluster: KafkaCluster, topic: string, stream: string): Promise<void> {
  const producer = new BatchingProducer(cluster, {}, SILENT);
  await producer.start();
  const { digest, prefix } = apiKeyIdentity(API_KEY);
  const records: [string, object][] = [
    [streamKey(stream), { type: 'base', name: stream, partitions: PARTITIONS, shardingKey: [], ttl: 86_400_000 }],
    [ruleKey(digest, stream, 'read'), { prefix }],
  ];
  for (const [key, value] of records) await producer.sendOne(topic, Buffer.from(key), Buffer.from(stringifyJson(value)));
  await producer.close(5000);
}

/** @throws Error when it does not get every event */
async function readAll(url: string, stream: string, events: number, lz4: boolean): Promise<void> {
  let state: Uint8Array<ArrayBuffer> = new Uint8Array(4);
  let read = 0;
  while (read < events) {
    const response = await fetch(`${url}/stream/read?stream=${stream}&shardIndex=0&shardCount=1&take=${TAKE}&timeoutMs=1000`, {
      method: 'POST',
      body: state,
      // fetch would ask for codings that it takes off by itself.
      headers: { authorization: `Hercules apiKey ${API_KEY}`, 'accept-encoding': lz4 ? 'lz4' : 'identity' },
    });
    if (response.status !== 200) throw new Error(`/stream/read: ${response.status} ${await response.text()}`);
    const body = Buffer.from(await response.arrayBuffer());
    const content = lz4 ? decompressLz4Block(body, Number(response.headers.get('original-content-length'))) : body;
    const stateBytes = 4 + 12 * content.readInt32BE(0);
    const count = content.readInt32BE(stateBytes);
    if (count === 0) throw new Error(`the stream ended after ${read} of ${events} events`);
    state = new Uint8Array(content.subarray(0, stateBytes));
    read += count;
  }
}
