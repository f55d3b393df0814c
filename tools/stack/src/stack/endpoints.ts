import { COMPONENT_NAMES, type ComponentName } from './component-name.ts';
import { DEMO_STREAMS } from './management-client.ts';
import { type ProcessRecords, writeFileAtomically } from './process-records.ts';
import type { StackKeys } from './stack-keys.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackPorts } from './stack-ports.ts';

/** What stands in .stack/endpoints.json: where everything is, for people and programs. What was not started is not in it. */
export interface Endpoints {
  /** host:port */
  readonly kafka: string;
  /** Base URL */
  readonly elasticsearch?: string;
  /** host:port of CQL */
  readonly cassandra?: string;
  /** host:port for lines, host:port for pickled batches, base URL of the page and of /render */
  readonly graphite?: { readonly plaintext: string; readonly pickle: string; readonly render: string };
  /** Base URL, host:port of gRPC (OTLP too), the base URL of OTLP over HTTP, host:port of Graphite's lines and pickles and of syslog (TCP and UDP) */
  readonly gateway: {
    readonly http: string;
    readonly grpc: string;
    readonly otlpHttp: string;
    readonly graphite: string;
    readonly graphitePickle: string;
    readonly syslog: string;
  };
  /** Base URL */
  readonly managementApi: string;
  /** Base URL */
  readonly queryApi?: string;
  /** Base URLs of the sinks' status and metrics */
  readonly elasticSink?: string;
  readonly annotationSink?: string;
  readonly graphiteSink?: string;
  readonly cassandraSink?: string;
  /** Base URLs of the processors' status and metrics */
  readonly derivedStreams?: string;
  readonly metricAggregator?: string;
  readonly traceAnalytics?: string;
  /** URL of the page */
  readonly zipkin?: string;
  /** Base URL of the shop's front */
  readonly shop?: string;
  readonly masterKey: string;
  readonly demo: { readonly apiKey: string; readonly streams: readonly string[] };
  readonly dataDir: string;
  readonly pids: Readonly<Partial<Record<ComponentName | 'supervisor', number>>>;
}

export function endpointsOf(layout: StackLayout, ports: StackPorts, keys: StackKeys, records: ProcessRecords): Endpoints {
  const pids: Partial<Record<ComponentName | 'supervisor', number>> = {};
  for (const name of [...COMPONENT_NAMES, 'supervisor' as const]) {
    const identity = records.alive(name);
    if (identity) pids[name] = identity.pid;
  }
  const address = (port: number): string => `127.0.0.1:${port}`;
  const url = (port: number): string => `http://${address(port)}`;
  const graphite = {
    plaintext: address(ports.graphiteLines),
    pickle: address(ports.graphitePickle),
    render: url(ports.graphiteWeb),
  };
  // A component that has just ended by itself is on its way back, so it still counts.
  const ifStarted = <K extends keyof Endpoints>(name: ComponentName, key: K, value: Endpoints[K]): Partial<Endpoints> =>
    records.saved(name) === undefined ? {} : ({ [key]: value } as Partial<Endpoints>);
  return {
    kafka: address(ports.kafka),
    ...ifStarted('elasticsearch', 'elasticsearch', url(ports.elasticsearch)),
    ...ifStarted('cassandra', 'cassandra', address(ports.cassandra)),
    ...ifStarted('graphite', 'graphite', graphite),
    gateway: {
      http: url(ports.gatewayHttp),
      grpc: address(ports.gatewayGrpc),
      otlpHttp: url(ports.gatewayOtlpHttp),
      graphite: address(ports.gatewayGraphite),
      graphitePickle: address(ports.gatewayGraphitePickle),
      syslog: address(ports.gatewaySyslog),
    },
    managementApi: url(ports.managementApi),
    ...ifStarted('queryApi', 'queryApi', url(ports.queryApi)),
    ...ifStarted('elasticSink', 'elasticSink', url(ports.elasticSink)),
    ...ifStarted('annotationSink', 'annotationSink', url(ports.annotationSink)),
    ...ifStarted('graphiteSink', 'graphiteSink', url(ports.graphiteSink)),
    ...ifStarted('cassandraSink', 'cassandraSink', url(ports.cassandraSink)),
    ...ifStarted('derivedStreams', 'derivedStreams', url(ports.derivedStreams)),
    ...ifStarted('metricAggregator', 'metricAggregator', url(ports.metricAggregator)),
    ...ifStarted('traceAnalytics', 'traceAnalytics', url(ports.traceAnalytics)),
    ...ifStarted('zipkin', 'zipkin', `${url(ports.zipkin)}/zipkin/`),
    ...ifStarted('shopFront', 'shop', url(ports.shopFront)),
    masterKey: keys.masterKey,
    demo: { apiKey: keys.apiKey, streams: Object.values(DEMO_STREAMS) },
    dataDir: layout.dataDir,
    pids,
  };
}

/** The file holds keys, so only its owner can read it. */
export function writeEndpoints(layout: StackLayout, endpoints: Endpoints): void {
  writeFileAtomically(layout.endpointsFile, `${JSON.stringify(endpoints, null, 2)}\n`, 0o600);
}
