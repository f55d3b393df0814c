import { type Figure, figureOf } from './figure.ts';
import { benchGatewayGrpc } from './gateway-grpc-bench.ts';
import { benchGatewayHttp } from './gateway-http-bench.ts';
import { checked, column, cpuFigure, eachGatewayRun, type GatewayBenchOptions, memoryFigure } from './gateway-runs.ts';
import type { LoadMeasurement } from './load/measure-load.ts';

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
  await eachGatewayRun(options, async (gateway) => {
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
  await eachGatewayRun(options, async (gateway) => {
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
