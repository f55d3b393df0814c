import { fileURLToPath } from 'node:url';
import { endProcess, firstLine, startNode } from './bench-process.ts';
import type { Figure } from './figure.ts';
import { LogEventSource } from './log-events.ts';
import { measureSink, type SinkMeasurement } from './measure-sink.ts';
import { sinkFigures } from './sink-figures.ts';

export interface ElasticSinkBenchOptions {
  readonly brokers: readonly string[];
  /** Events of a run, after a warm-up of a quarter of them. */
  readonly events?: number;
  readonly runs?: number;
}

const STUB = fileURLToPath(new URL('./stub-elasticsearch.ts', import.meta.url));
const TARGET_CPU = 4.5;
const TARGET_MEMORY_MB = 300;

/**
 * The sink alone: real Kafka, and in the place of Elasticsearch a process that answers `_bulk` and keeps nothing. CPU of the sink for a million
 * ~316-byte log events that wait in the topic, read, converted and written.
 * @throws Error when the stub has not got every event
 */
export async function benchElasticSink({ brokers, events = 400_000, runs = 3 }: ElasticSinkBenchOptions): Promise<Figure[]> {
  const measured: SinkMeasurement[] = [];
  for (let run = 0; run < runs; run++) {
    const stub = startNode([STUB]);
    try {
      const url = `http://127.0.0.1:${await firstLine(stub)}`;
      const arrived = async (): Promise<number> => Number(await (await fetch(`${url}/documents`)).text());
      const source = new LogEventSource();
      const env = { HERCULES_ELASTICSEARCH_NODES: url };
      measured.push(await measureSink({ brokers, app: 'elastic-sink', env, events, batch: (size) => source.batch(size), arrived }));
    } finally {
      await endProcess(stub);
    }
  }
  return sinkFigures('elastic-sink, without the server', 'elastic-sink, memory', 'documents/s', measured, {
    cpu: TARGET_CPU,
    memory: TARGET_MEMORY_MB,
  });
}
