import type { Figure } from './figure.ts';
import { benchGatewayHttp } from './gateway-http-bench.ts';
import { checked, cpuFigure, eachGatewayRun, type GatewayBenchOptions, memoryFigure } from './gateway-runs.ts';
import { type LoadMeasurement, measureLoad } from './load/measure-load.ts';

const HTTP_CASES = [
  { name: 'Zipkin JSON, spans', payload: 'zipkin-spans' },
  { name: 'Elasticsearch _bulk, documents', payload: 'bulk-documents' },
  { name: 'Prometheus remote write 1, samples', payload: 'prometheus-samples' },
] as const;
const LINE_CASES = [
  { name: 'Graphite lines', payload: 'graphite', listener: 'Graphite lines' },
  { name: 'syslog over TCP', payload: 'syslog', listener: 'syslog over TCP' },
] as const;
const EVENTS_A_REQUEST = 1000;
const CONNECTIONS = 16;
const LINE_CONNECTIONS = 4;

/** The doors for other protocols but OTLP: CPU of the gateway for a million events, each a Kafka record of its own; and its memory. */
export async function benchDoors(options: GatewayBenchOptions): Promise<Figure[]> {
  const { seconds = 5 } = options;
  const http = HTTP_CASES.map((): LoadMeasurement[] => []);
  const lines = LINE_CASES.map((): LoadMeasurement[] => []);
  await eachGatewayRun(
    options,
    async (gateway) => {
      const { apiKey, httpUrl, stream, pid } = gateway;
      const common = { pids: [pid], eventsPerRequest: EVENTS_A_REQUEST, seconds };
      for (const [i, { payload }] of HTTP_CASES.entries()) {
        http[i]!.push(checked(await benchGatewayHttp({ ...common, apiKey, stream, url: httpUrl, payload, connections: CONNECTIONS })));
      }
      for (const [i, { payload, listener }] of LINE_CASES.entries()) {
        const load = { port: gateway.portOf(listener), payload, connections: LINE_CONNECTIONS };
        lines[i]!.push(checked(await measureLoad('./load/line-load.ts', load, common)));
      }
      // Nobody says what Kafka has of the lines.
      return http.map((all) => all.at(-1)!);
    },
    (stream, apiKey) => ({
      'zipkin.stream': stream,
      'prometheus.stream': stream,
      'bulk.enabled': 'true',
      'bulk.indices': JSON.stringify([{ pattern: '*', stream }]),
      ...Object.fromEntries(
        ['graphite', 'syslog'].flatMap((door) => [
          [`${door}.enabled`, 'true'],
          [`${door}.port`, 0],
          [`${door}.apiKey`, apiKey],
          [`${door}.stream`, stream],
        ]),
      ),
    }),
  );
  return [
    ...HTTP_CASES.map(({ name }, i) => cpuFigure(`gateway ${name}, ${EVENTS_A_REQUEST} a request`, http[i]!)),
    ...LINE_CASES.map(({ name }, i) => cpuFigure(`gateway ${name}`, lines[i]!)),
    memoryFigure('gateway doors, memory', [...http, ...lines].flat()),
  ];
}
