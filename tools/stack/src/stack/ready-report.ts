import type { Endpoints } from './endpoints.ts';
import { sampleCommands } from './sample-commands.ts';

/** What is shown when everything runs: where it is, and three commands to try. */
export function readyReport(endpoints: Endpoints, endpointsFile: string): string {
  const { pids } = endpoints;
  const rows: [string, string, number | undefined][] = [
    ['gateway HTTP', endpoints.gateway.http, pids.gateway],
    ['gateway gRPC', endpoints.gateway.grpc, pids.gateway],
    ['management-api', endpoints.managementApi, pids.managementApi],
    ['elastic-sink', endpoints.elasticSink, pids.elasticSink],
    ['Kafka', endpoints.kafka, pids.kafka],
    ['Elasticsearch', endpoints.elasticsearch, pids.elasticsearch],
    ['master key', endpoints.masterKey, undefined],
    ['API key', endpoints.demo.apiKey, undefined],
    ['streams', endpoints.demo.streams.join(', '), undefined],
    ['logs, data', endpoints.dataDir, undefined],
    ['this as JSON', endpointsFile, undefined],
  ];
  const table = rows.map(([name, value, pid]) => `  ${name.padEnd(15)} ${pid === undefined ? value : `${value.padEnd(30)} pid ${pid}`}`);
  const demo =
    pids.demo === undefined ? [] : [`  demo            ships the logs of all these into ${endpoints.demo.streams[0]} (pid ${pids.demo})`];
  const commands = sampleCommands(endpoints).flatMap(({ title, command }) => ['', `# ${title}`, command]);
  return ['', ...table, ...demo, ...commands, ''].join('\n');
}
