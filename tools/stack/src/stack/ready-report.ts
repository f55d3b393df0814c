import type { Endpoints } from './endpoints.ts';
import { DEMO_STREAMS } from './management-client.ts';
import { sampleCommands } from './sample-commands.ts';

/** What is shown when everything runs: where it is, and commands to try. */
export function readyReport(endpoints: Endpoints, endpointsFile: string): string {
  const { pids, graphite } = endpoints;
  const rows: [name: string, value: string | undefined, pid?: number | undefined][] = [
    ['gateway HTTP', endpoints.gateway.http, pids.gateway],
    ['gateway gRPC', endpoints.gateway.grpc, pids.gateway],
    ['management-api', endpoints.managementApi, pids.managementApi],
    ['query-api', endpoints.queryApi, pids.queryApi],
    ['elastic-sink', endpoints.elasticSink, pids.elasticSink],
    ['annotation-sink', endpoints.annotationSink, pids.annotationSink],
    ['graphite-sink', endpoints.graphiteSink, pids.graphiteSink],
    ['cassandra-sink', endpoints.cassandraSink, pids.cassandraSink],
    ['derived-streams', endpoints.derivedStreams, pids.derivedStreams],
    ['metric-aggregator', endpoints.metricAggregator, pids.metricAggregator],
    ['trace-analytics', endpoints.traceAnalytics, pids.traceAnalytics],
    ['Kafka', endpoints.kafka, pids.kafka],
    ['Elasticsearch', endpoints.elasticsearch, pids.elasticsearch],
    ['Cassandra', endpoints.cassandra, pids.cassandra],
    ['Graphite lines', graphite?.plaintext, pids.graphite],
    ['Graphite', graphite?.render, pids.graphiteWeb],
    ['Zipkin', endpoints.zipkin, pids.zipkin],
    ['shop', endpoints.shop, pids.shopFront],
    ['master key', endpoints.masterKey],
    ['API key', endpoints.demo.apiKey],
    ['streams', endpoints.demo.streams.join(', ')],
    ['logs, data', endpoints.dataDir],
    ['this as JSON', endpointsFile],
  ];
  const table = rows.flatMap(([name, value, pid]) =>
    value === undefined ? [] : [`  ${name.padEnd(17)} ${pid === undefined ? value : `${value.padEnd(30)} pid ${pid}`}`],
  );
  const demo =
    pids.demo === undefined ? [] : [`  demo              ships the logs of all these into ${DEMO_STREAMS.own} (pid ${pids.demo})`];
  const commands = sampleCommands(endpoints).flatMap(({ title, command }) => ['', `# ${title}`, command]);
  return ['', ...table, ...demo, ...commands, ''].join('\n');
}
