import { type Figure, figureOf } from './figure.ts';
import { benchGatewayGrpc } from './gateway-grpc-bench.ts';
import { benchGatewayHttp } from './gateway-http-bench.ts';
import { GatewayUnderTest } from './gateway-under-test.ts';
import type { LoadMeasurement } from './load/measure-load.ts';

export interface GatewayBenchOptions {
  readonly brokers: readonly string[];
  readonly partitions?: number;
  /** Measured time of a run, after its warm-up. */
  readonly seconds?: number;
  readonly runs?: number;
}

const HTTP_CASES = [
  { eventsPerRequest: 1000, target: 1.1 },
  { eventsPerRequest: 100, target: 1.4 },
  { eventsPerRequest: 10, target: 5 },
  { eventsPerRequest: 1, target: 30 },
] as const;

const GRPC_CASES = [
  { mode: 'unary', eventsPerRequest: 100, inFlight: 8, target: 3.0 },
  { mode: 'stream', eventsPerRequest: 100, inFlight: 50, target: 2.3 },
  { mode: 'stream', eventsPerRequest: 1, inFlight: 250, target: 18 },
] as const;

const HTTP_CONNECTIONS = 32;
const GRPC_CONNECTIONS = 4;
const UNIT = 'CPU s/M';
const MEMORY_TARGET_MB = 250;
const LATENCY_TARGET_MS = 50;

/**
 * `POST /stream/send` with 1000, 100, 10 and 1 events a request: CPU of the gateway for a million events, its memory, and the latency at half of
 * the rate that it reached. Each run is a gateway process of its own.
 * @throws Error when a request was not answered with 200, or an acknowledged event is not in the stream
 */
export async function benchGateway(options: GatewayBenchOptions): Promise<Figure[]> {
  const { seconds = 5 } = options;
  const measured = HTTP_CASES.map((): LoadMeasurement[] => []);
  const atHalfRate: LoadMeasurement[] = [];
  await eachRun(options, async (gateway) => {
    const common = {
      url: gateway.httpUrl,
      apiKey: gateway.apiKey,
      stream: gateway.stream,
      connections: HTTP_CONNECTIONS,
      seconds,
      pids: [gateway.pid],
    };
    for (const [i, { eventsPerRequest }] of HTTP_CASES.entries()) {
      measured[i]!.push(checked(await benchGatewayHttp({ ...common, eventsPerRequest })));
    }
    const { requests, seconds: elapsed } = measured[0]!.at(-1)!;
    const half = { ...common, eventsPerRequest: HTTP_CASES[0].eventsPerRequest, requestsPerSecond: requests / elapsed / 2 };
    atHalfRate.push(checked(await benchGatewayHttp(half)));
    return [...measured, atHalfRate].map((all) => all.at(-1)!);
  });
  return [
    ...HTTP_CASES.map(({ eventsPerRequest, target }, i) =>
      cpuFigure(`gateway HTTP, ${eventsPerRequest} event${eventsPerRequest === 1 ? '' : 's'} a request`, measured[i]!, target),
    ),
    memoryFigure('gateway HTTP, memory', measured.flat()),
    figureOf('gateway HTTP, p99 latency at half rate', 'ms', column(atHalfRate, 'p99LatencyMs'), { target: LATENCY_TARGET_MS }),
  ];
}

/** The same for `hercules.v1.Gateway`: `Send`, and `SendStream` with 100 and 1 events a message. */
export async function benchGrpc(options: GatewayBenchOptions): Promise<Figure[]> {
  const { seconds = 5 } = options;
  const measured = GRPC_CASES.map((): LoadMeasurement[] => []);
  await eachRun(options, async (gateway) => {
    const common = {
      url: gateway.grpcUrl,
      apiKey: gateway.apiKey,
      stream: gateway.stream,
      connections: GRPC_CONNECTIONS,
      seconds,
      pids: [gateway.pid],
    };
    for (const [i, { mode, eventsPerRequest, inFlight }] of GRPC_CASES.entries()) {
      measured[i]!.push(checked(await benchGatewayGrpc({ ...common, mode, eventsPerRequest, inFlight })));
    }
    return measured.map((all) => all.at(-1)!);
  });
  return [
    ...GRPC_CASES.map(({ mode, eventsPerRequest, target }, i) =>
      cpuFigure(`gateway gRPC ${mode}, ${eventsPerRequest} event${eventsPerRequest === 1 ? '' : 's'} a message`, measured[i]!, target),
    ),
    memoryFigure('gateway gRPC, memory', measured.flat()),
  ];
}

/** @throws Error when the stream holds fewer records than the gateway has acknowledged */
async function eachRun(
  { brokers, partitions = 6, runs = 3 }: GatewayBenchOptions,
  run: (gateway: GatewayUnderTest) => Promise<readonly LoadMeasurement[]>,
): Promise<void> {
  for (let i = 0; i < runs; i++) {
    const gateway = await GatewayUnderTest.start({ brokers, partitions });
    try {
      const acknowledged = column(await run(gateway), 'acknowledgedEvents').reduce((sum, events) => sum + events, 0);
      const written = await gateway.countRecords();
      if (written < acknowledged) throw new Error(`${acknowledged} events were acknowledged, ${written} records are in the stream`);
    } finally {
      await gateway.stop();
    }
  }
}

function checked(measurement: LoadMeasurement): LoadMeasurement {
  if (measurement.errors > 0) throw new Error(`${measurement.errors} of ${measurement.requests} requests failed`);
  return measurement;
}

function cpuFigure(name: string, measurements: readonly LoadMeasurement[], target: number): Figure {
  const rate = Math.round(Math.max(...column(measurements, 'eventsPerSecond')));
  return figureOf(name, UNIT, column(measurements, 'cpuSecondsPerMillion'), {
    target,
    note: `up to ${rate.toLocaleString('en-US')} events/s`,
  });
}

function memoryFigure(name: string, measurements: readonly LoadMeasurement[]): Figure {
  return figureOf(name, 'MB resident', column(measurements, 'residentMegabytes'), { target: MEMORY_TARGET_MB });
}

function column(measurements: readonly LoadMeasurement[], key: keyof LoadMeasurement): number[] {
  return measurements.map((measurement) => measurement[key]);
}
