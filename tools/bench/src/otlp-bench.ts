import { type Figure } from './figure.ts';
import { benchGatewayGrpc } from './gateway-grpc-bench.ts';
import { benchGatewayHttp } from './gateway-http-bench.ts';
import { checked, cpuFigure, eachGatewayRun, type GatewayBenchOptions, memoryFigure } from './gateway-runs.ts';
import type { LoadMeasurement } from './load/measure-load.ts';

const LOGS = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const SPANS = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

interface OtlpCase {
  readonly name: string;
  readonly payload: 'otlp-logs' | 'otlp-spans' | 'otlp-logs-json';
  /** Path of the method; left out: over HTTP. */
  readonly method?: string;
  readonly eventsPerRequest: number;
  readonly target?: number;
}

const CASES: readonly OtlpCase[] = [
  { name: 'OTLP gRPC, logs', payload: 'otlp-logs', method: LOGS, eventsPerRequest: 1000, target: 2.1 },
  { name: 'OTLP gRPC, logs', payload: 'otlp-logs', method: LOGS, eventsPerRequest: 100, target: 2.9 },
  { name: 'OTLP gRPC, logs', payload: 'otlp-logs', method: LOGS, eventsPerRequest: 1 },
  { name: 'OTLP gRPC, spans', payload: 'otlp-spans', method: SPANS, eventsPerRequest: 1000 },
  { name: 'OTLP gRPC, spans', payload: 'otlp-spans', method: SPANS, eventsPerRequest: 100 },
  { name: 'OTLP gRPC, spans', payload: 'otlp-spans', method: SPANS, eventsPerRequest: 1 },
  { name: 'OTLP HTTP protobuf, logs', payload: 'otlp-logs', eventsPerRequest: 1000 },
  { name: 'OTLP HTTP JSON, logs', payload: 'otlp-logs-json', eventsPerRequest: 1000 },
];

const HTTP_CONNECTIONS = 16;
const GRPC_CONNECTIONS = 4;
const CALLS_IN_FLIGHT = 8;

/** OTLP's Export calls: CPU of the gateway for a million records, each of them an event of its own that Kafka has acknowledged. */
export async function benchOtlp(options: GatewayBenchOptions): Promise<Figure[]> {
  const { seconds = 5 } = options;
  const measured = CASES.map((): LoadMeasurement[] => []);
  await eachGatewayRun(
    options,
    async ({ apiKey, grpcUrl, httpUrl, pid, stream }) => {
      const common = { apiKey, stream, seconds, pids: [pid] };
      for (const [i, { payload, method, eventsPerRequest }] of CASES.entries()) {
        const measurement =
          method === undefined
            ? await benchGatewayHttp({ ...common, url: httpUrl, payload, eventsPerRequest, connections: HTTP_CONNECTIONS })
            : await benchGatewayGrpc({
                ...common,
                url: grpcUrl,
                mode: 'unary',
                payload: { name: payload, method },
                eventsPerRequest,
                connections: GRPC_CONNECTIONS,
                inFlight: CALLS_IN_FLIGHT,
              });
        measured[i]!.push(checked(measurement));
      }
      return measured.map((all) => all.at(-1)!);
    },
    (stream) => ({ 'otlp.logsStream': stream, 'otlp.tracesStream': stream }),
  );
  return [
    ...CASES.map(({ name, eventsPerRequest, target }, i) => cpuFigure(`${name}, ${eventsPerRequest} a request`, measured[i]!, target)),
    memoryFigure('OTLP, memory of the gateway', measured.flat()),
  ];
}
