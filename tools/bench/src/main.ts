import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts, startKafka } from '@hercules/stack';
import { endProcessesOfRun, markRun, temporaryFolder } from '@hercules/testing';
import { benchCassandraSink } from './cassandra-sink-bench.ts';
import { benchClient } from './client-bench.ts';
import { benchConsumer } from './consumer-bench.ts';
import { benchDoors } from './doors-bench.ts';
import { benchElasticSink } from './elastic-sink-bench.ts';
import { type Figure, renderFigures } from './figure.ts';
import { benchGateway, benchGrpc } from './gateway-bench.ts';
import { benchGraphiteSink } from './graphite-sink-bench.ts';
import { benchOtlp } from './otlp-bench.ts';
import { benchProcessors } from './processors-bench.ts';
import { benchProducer } from './producer-bench.ts';
import { benchQueryApi } from './query-api-bench.ts';
import { describeMachine, saveResult, writeFiguresIntoDocs } from './results.ts';

interface SuiteOptions {
  readonly brokers: readonly string[];
  readonly runs: number;
  readonly seconds: number;
}

const SUITES: Readonly<Record<string, (options: SuiteOptions) => Promise<Figure[]>>> = {
  gateway: benchGateway,
  grpc: benchGrpc,
  otlp: benchOtlp,
  doors: benchDoors,
  client: benchClient,
  producer: ({ brokers, runs }) => benchProducer({ brokers: [...brokers], runs }),
  consumer: ({ brokers, runs }) => benchConsumer({ brokers: [...brokers], runs }),
  'elastic-sink': ({ brokers, runs }) => benchElasticSink({ brokers, runs }),
  'graphite-sink': ({ brokers, runs }) => benchGraphiteSink({ brokers, runs }),
  'cassandra-sink': ({ brokers, runs }) => benchCassandraSink({ brokers, runs }),
  processors: ({ brokers, runs }) => benchProcessors({ brokers, runs }),
  'query-api': ({ brokers, runs }) => benchQueryApi({ brokers, runs }),
};

const USAGE = `npm run bench -- ${Object.keys(SUITES).join('|')}|all [--runs 3] [--seconds 5] [--write-readme]

  --runs N        runs of each case; the table shows their median, minimum and maximum
  --seconds N     measured time of a gateway run, after its warm-up
  --write-readme  put all saved figures into README.md and docs/benchmarks.md

Starts a Kafka of its own, or uses the one in HERCULES_BENCH_KAFKA (host:port).`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '3' }, seconds: { type: 'string', default: '5' }, 'write-readme': { type: 'boolean' } },
  });
  const suites = positionals.includes('all') ? Object.keys(SUITES) : positionals;
  const unknown = suites.find((suite) => SUITES[suite] === undefined);
  const numbers = [values.runs, values.seconds].map(Number);
  if (unknown !== undefined || (suites.length === 0 && values['write-readme'] !== true) || !numbers.every((number) => number >= 1)) {
    process.stderr.write(`${unknown === undefined ? '' : `There is no suite "${unknown}".\n`}${USAGE}\n`);
    return 2;
  }
  const [runs, seconds] = numbers as [number, number];
  if (suites.length > 0) await withKafka((brokers) => runSuites(suites, { brokers, runs, seconds }));
  if (values['write-readme'] === true) writeFiguresIntoDocs();
  return 0;
}

async function runSuites(suites: readonly string[], options: SuiteOptions): Promise<void> {
  for (const suite of suites) {
    const machine = describeMachine();
    process.stdout.write(`\n${suite}: ${machine}\n`);
    const figures = await SUITES[suite]!(options);
    process.stdout.write(`${renderFigures(figures)}\n`);
    const command = `npm run bench -- ${suite} --runs ${options.runs} --seconds ${options.seconds}`;
    saveResult({ suite, command, date: new Date().toISOString(), machine, figures });
  }
}

/** Runs against a Kafka; at the end, and when a signal ends the run, nothing that was started stays. */
async function withKafka(run: (brokers: string[]) => Promise<void>): Promise<void> {
  const marker = markRun();
  const folder = temporaryFolder('bench');
  const cleanUp = async (): Promise<void> => {
    await endProcessesOfRun(marker);
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  try {
    await run(process.env['HERCULES_BENCH_KAFKA']?.split(',') ?? [await startOwnKafka(folder)]);
  } finally {
    await cleanUp();
  }
}

async function startOwnKafka(folder: string): Promise<string> {
  const [port] = await pairOfFreePorts();
  return (await startKafka({ port, dataDir: join(folder, 'kafka') })).bootstrap;
}

/** The broker takes a port and its controller the next one. */
async function pairOfFreePorts(): Promise<[number, number]> {
  for (;;) {
    const ports = (await freePorts(6)).sort((a, b) => a - b);
    const first = ports.find((port, i) => ports[i + 1] === port + 1);
    if (first !== undefined) return [first, first + 1];
  }
}

process.exitCode = await main();
