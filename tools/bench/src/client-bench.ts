import { type Figure, figureOf } from './figure.ts';
import { checked, eachGatewayRun, type GatewayBenchOptions } from './gateway-runs.ts';
import { type LoadMeasurement, measureLoad } from './load/measure-load.ts';

const TRANSPORTS = ['HTTP', 'gRPC'] as const;
const EVENTS_A_COUNT = 1000;

/** The client library: CPU of a program that logs, for a million events that Kafka has acknowledged: making them, batches, requests. */
export async function benchClient(options: GatewayBenchOptions): Promise<Figure[]> {
  const measured = TRANSPORTS.map((): LoadMeasurement[] => []);
  await eachGatewayRun(options, async ({ httpUrl, grpcUrl, apiKey, stream, pid }) => {
    for (const [i, transport] of TRANSPORTS.entries()) {
      const endpoint = transport === 'HTTP' ? httpUrl : grpcUrl.replace(/^http/, 'grpc');
      const timing = { pids: [pid], eventsPerRequest: EVENTS_A_COUNT, seconds: options.seconds ?? 5 };
      measured[i]!.push(checked(await measureLoad('./load/client-load.ts', { endpoint, apiKey, stream }, timing)));
    }
    return measured.map((all) => all.at(-1)!);
  });
  return TRANSPORTS.map((transport, i) => {
    const rate = Math.round(Math.max(...measured[i]!.map(({ eventsPerSecond }) => eventsPerSecond)));
    return figureOf(
      `client, ${transport}, log events with 8 properties`,
      'CPU s/M',
      measured[i]!.map(({ loadCpuSecondsPerMillion }) => loadCpuSecondsPerMillion),
      { note: `the producing side; up to ${rate.toLocaleString('en-US')} events/s` },
    );
  });
}
