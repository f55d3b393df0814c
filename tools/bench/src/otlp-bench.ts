import { temporaryFolder } from '@hercules/testing';
import type { Figure } from './figure.ts';
import { benchGatewayGrpc } from './gateway-grpc-bench.ts';
import { benchGatewayHttp } from './gateway-http-bench.ts';
import { checked, cpuFigure, eachGatewayRun, type GatewayBenchOptions, memoryFigure } from './gateway-runs.ts';
import type { GatewayUnderTest } from './gateway-under-test.ts';
import type { LoadMeasurement } from './load/measure-load.ts';
import { OtelCollector } from './otel-collector.ts';

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

/** The cases that the Collector is measured with in the same run. */
const PEER_CASES = CASES.filter(({ method, eventsPerRequest }) => method !== undefined && eventsPerRequest > 1);

const HTTP_CONNECTIONS = 16;
const GRPC_CONNECTIONS = 4;
const CALLS_IN_FLIGHT = 8;

/**
 * OTLP's Export calls: CPU of the gateway for a million records, each of them an event of its own that Kafka has acknowledged; and, where there is a Go to
 * build it with, the same of the OpenTelemetry Collector, which writes one Kafka record a request.
 */
export async function benchOtlp(options: GatewayBenchOptions): Promise<Figure[]> {
  const measured = CASES.map((): LoadMeasurement[] => []);
  const peer = PEER_CASES.map((): LoadMeasurement[] => []);
  await eachGatewayRun(
    options,
    async (gateway) => {
      await warmUp(gateway, gateway.pid, options);
      for (const [i, each] of CASES.entries()) measured[i]!.push(checked(await measure(each, gateway, gateway.pid, options)));
      await measurePeer(gateway.stream, peer, options);
      return measured.map((all) => all.at(-1)!);
    },
    (stream) => ({ 'otlp.logsStream': stream, 'otlp.tracesStream': stream }),
  );
  return [
    ...CASES.map((each, i) => cpuFigure(nameOf('gateway', each), measured[i]!, each.target)),
    memoryFigure('gateway OTLP, memory', measured.flat()),
    ...PEER_CASES.flatMap((each, i) => (peer[i]!.length === 0 ? [] : [cpuFigure(nameOf('OpenTelemetry Collector', each), peer[i]!)])),
  ];
}

function nameOf(server: string, { name, eventsPerRequest }: OtlpCase): string {
  return `${server} ${name}, ${eventsPerRequest} a request`;
}

async function measurePeer(topic: string, peer: LoadMeasurement[][], options: GatewayBenchOptions): Promise<void> {
  const folder = temporaryFolder('bench-otelcol');
  const collector = await OtelCollector.start({ brokers: options.brokers, topic, folder });
  if (collector === undefined) return;
  try {
    const target = { apiKey: '', httpUrl: '', grpcUrl: collector.grpcUrl, stream: topic };
    await warmUp(target, collector.pid, options);
    for (const [i, each] of PEER_CASES.entries()) peer[i]!.push(checked(await measure(each, target, collector.pid, options)));
  } finally {
    await collector.stop();
  }
}

/** A process that has just begun compiles its code while it works: the figures are those of one that runs. */
async function warmUp(target: Target, pid: number, options: GatewayBenchOptions): Promise<void> {
  await measure(CASES[0]!, target, pid, options);
}

type Target = Pick<GatewayUnderTest, 'apiKey' | 'grpcUrl' | 'httpUrl' | 'stream'>;

function measure(
  { payload, method, eventsPerRequest }: OtlpCase,
  { apiKey, grpcUrl, httpUrl, stream }: Target,
  pid: number,
  { seconds = 5 }: GatewayBenchOptions,
): Promise<LoadMeasurement> {
  const common = { apiKey, stream, seconds, eventsPerRequest, pids: [pid] };
  if (method === undefined) return benchGatewayHttp({ ...common, url: httpUrl, payload, connections: HTTP_CONNECTIONS });
  return benchGatewayGrpc({
    ...common,
    url: grpcUrl,
    mode: 'unary',
    payload: { name: payload, method },
    connections: GRPC_CONNECTIONS,
    inFlight: CALLS_IN_FLIGHT,
  });
}
