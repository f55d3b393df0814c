import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startCassandra } from '@hercules/stack';
import type { Figure } from './figure.ts';
import { measureSink, type SinkMeasurement } from './measure-sink.ts';
import { sinkFigures } from './sink-figures.ts';
import { SpanEventSource } from './span-events.ts';

export interface CassandraSinkBenchOptions {
  readonly brokers: readonly string[];
  /** Spans of a run, after a warm-up of a quarter of them. */
  readonly events?: number;
  readonly runs?: number;
}

const TARGET_CPU = 18;
const TARGET_MEMORY_MB = 300;
/** Each look asks the sink for all of its metrics. */
const LOOK_MS = 250;

/**
 * The sink on a real Kafka and a real Cassandra: CPU of the sink for a million spans, the rows of the index and the names included. What it has
 * written is what Cassandra has acknowledged, by the sink's own count.
 */
export async function benchCassandraSink({ brokers, events = 200_000, runs = 3 }: CassandraSinkBenchOptions): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-cassandra-'));
  const [port, storagePort] = (await freePorts(2)) as [number, number];
  // A bench of the client: the node's own durability is not what is measured.
  const cassandra = await startCassandra({
    port,
    storagePort,
    dataDir,
    heap: ['-Xms1g', '-Xmx1g'],
    extra: { commitlog_sync: 'periodic', commitlog_sync_period: '10s' },
  });
  try {
    const measured: SinkMeasurement[] = [];
    for (let run = 0; run < runs; run++) measured.push(await measure(brokers, events, cassandra.contactPoint, `bench_${run}`));
    return sinkFigures('cassandra-sink, spans, all rows', 'cassandra-sink, memory', 'spans/s', measured, {
      cpu: TARGET_CPU,
      memory: TARGET_MEMORY_MB,
    });
  } finally {
    await cassandra.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(brokers: readonly string[], events: number, contactPoint: string, keyspace: string): Promise<SinkMeasurement> {
  const [httpPort] = (await freePorts(1)) as [number];
  const arrived = async (): Promise<number> => {
    try {
      const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
      return Number(/^hercules_sink_written_records_total\{sink="spans"\} (\d+)/m.exec(text)?.[1] ?? 0);
    } catch {
      return 0; // it has not started yet
    }
  };
  const source = new SpanEventSource();
  const env = {
    HERCULES_HTTP_PORT: String(httpPort),
    HERCULES_CASSANDRA_CONTACT_POINTS: contactPoint,
    HERCULES_TRACING_KEYSPACE: keyspace,
    HERCULES_TIMELINES_ENABLED: 'false',
  };
  return measureSink({ brokers, app: 'cassandra-sink', env, events, batch: (size) => source.batch(size), arrived, lookMs: LOOK_MS });
}
