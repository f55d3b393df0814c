import { fileURLToPath } from 'node:url';
import { endProcess, firstLine, startNode } from './bench-process.ts';
import type { Figure } from './figure.ts';
import { measureSink, type SinkMeasurement } from './measure-sink.ts';
import { sinkFigures } from './sink-figures.ts';
import { MetricEventSource } from './metric-events.ts';

export interface GraphiteSinkBenchOptions {
  readonly brokers: readonly string[];
  /** Events of a run, after a warm-up of a quarter of them. */
  readonly events?: number;
  readonly runs?: number;
}

const COUNTER = fileURLToPath(new URL('./line-counter.ts', import.meta.url));
const TARGET_CPU = 3;
const TARGET_MEMORY_MB = 300;

/**
 * The sink alone: real Kafka, and in the place of Graphite a process that counts points and keeps nothing. CPU of the sink for a million metric events
 * of six tags, as tagged lines and as pickled lists.
 * @throws Error when not every point has arrived
 */
export async function benchGraphiteSink({ brokers, events = 500_000, runs = 3 }: GraphiteSinkBenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const protocol of ['plaintext', 'pickle'] as const) {
    const measured: SinkMeasurement[] = [];
    for (let run = 0; run < runs; run++) measured.push(await measure(brokers, events, protocol));
    const name = `graphite-sink, ${protocol}`;
    figures.push(
      ...sinkFigures(`${name}, to a counter`, `${name}, memory`, 'points/s', measured, { cpu: TARGET_CPU, memory: TARGET_MEMORY_MB }),
    );
  }
  return figures;
}

async function measure(brokers: readonly string[], events: number, protocol: 'plaintext' | 'pickle'): Promise<SinkMeasurement> {
  const counter = startNode([COUNTER, protocol]);
  try {
    const [port, countPort] = (await firstLine(counter)).split(' ') as [string, string];
    const arrived = async (): Promise<number> => Number(await (await fetch(`http://127.0.0.1:${countPort}`)).text());
    const source = new MetricEventSource();
    const env = {
      HERCULES_GRAPHITE_LOCAL_ENDPOINTS: `127.0.0.1:${port}`,
      HERCULES_GRAPHITE_PROTOCOL: protocol,
      HERCULES_GRAPHITE_TAGS: 'true',
    };
    return await measureSink({ brokers, app: 'graphite-sink', env, events, batch: (size) => source.batch(size), arrived });
  } finally {
    await endProcess(counter);
  }
}
