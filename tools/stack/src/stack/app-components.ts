import { appComponent, type AppOptions, isRunningOn } from './app-component.ts';
import type { Component } from './component.ts';
import { type ComponentName, shownName } from './component-name.ts';
import { createDemoStreams, createDemoTimeline } from './management-client.ts';
import type { StackKeys } from './stack-keys.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackPorts } from './stack-ports.ts';

/** The apps, each with its defaults but for the addresses. */
export function appComponents(layout: StackLayout, ports: StackPorts, keys: StackKeys): Component[] {
  const managementApi = `http://127.0.0.1:${ports.managementApi}`;
  const brokers = `127.0.0.1:${ports.kafka}`;
  const elasticsearch = { HERCULES_ELASTICSEARCH_NODES: `http://127.0.0.1:${ports.elasticsearch}` };
  const cassandra = { HERCULES_CASSANDRA_CONTACT_POINTS: `127.0.0.1:${ports.cassandra}` };
  const app = (name: ComponentName, port: number, options: Partial<AppOptions> & Pick<AppOptions, 'needs'>): Component =>
    appComponent(layout, {
      name,
      entry: `apps/${shownName(name)}/src/main.ts`,
      ports: [[port, shownName(name)]],
      isReady: () => isRunningOn(port),
      ...options,
      env: { HERCULES_HTTP_PORT: String(port), HERCULES_KAFKA_BROKERS: brokers, ...options.env },
    });
  return [
    app('managementApi', ports.managementApi, {
      needs: ['kafka'],
      env: { HERCULES_MASTER_KEYS: keys.masterKey },
      // Before the sinks start: they then take the streams when they join their groups, instead of looking for new ones first.
      prepare: () => createDemoStreams(managementApi, keys),
    }),
    app('gateway', ports.gatewayHttp, {
      needs: ['kafka', 'managementApi'],
      ports: [
        [ports.gatewayHttp, 'gateway HTTP'],
        [ports.gatewayGrpc, 'gateway gRPC and OTLP'],
        [ports.gatewayOtlpHttp, 'gateway OTLP over HTTP'],
        [ports.gatewayGraphite, 'gateway Graphite lines'],
        [ports.gatewayGraphitePickle, 'gateway Graphite pickles'],
        [ports.gatewaySyslog, 'gateway syslog'],
      ],
      env: {
        HERCULES_GRPC_PORT: String(ports.gatewayGrpc),
        HERCULES_OTLP_HTTP_ENABLED: 'true',
        HERCULES_OTLP_HTTP_PORT: String(ports.gatewayOtlpHttp),
        HERCULES_BULK_ENABLED: 'true',
        HERCULES_GRAPHITE_ENABLED: 'true',
        HERCULES_GRAPHITE_PORT: String(ports.gatewayGraphite),
        HERCULES_GRAPHITE_API_KEY: keys.apiKey,
        HERCULES_GRAPHITE_PICKLE_ENABLED: 'true',
        HERCULES_GRAPHITE_PICKLE_PORT: String(ports.gatewayGraphitePickle),
        HERCULES_SYSLOG_ENABLED: 'true',
        HERCULES_SYSLOG_PORT: String(ports.gatewaySyslog),
        HERCULES_SYSLOG_API_KEY: keys.apiKey,
      },
    }),
    app('elasticSink', ports.elasticSink, { needs: ['kafka', 'elasticsearch', 'managementApi'], env: elasticsearch }),
    app('annotationSink', ports.annotationSink, {
      entry: 'apps/elastic-sink/src/main.ts',
      needs: ['kafka', 'elasticsearch', 'managementApi'],
      env: { ...elasticsearch, ...ANNOTATIONS },
    }),
    app('graphiteSink', ports.graphiteSink, {
      needs: ['kafka', 'graphite', 'managementApi'],
      env: { HERCULES_GRAPHITE_LOCAL_ENDPOINTS: `127.0.0.1:${ports.graphiteLines}`, ...TAGGED_METRICS },
    }),
    app('cassandraSink', ports.cassandraSink, {
      needs: ['kafka', 'cassandra', 'managementApi'],
      env: cassandra,
      prepare: () => createDemoTimeline(managementApi, keys),
    }),
    app('derivedStreams', ports.derivedStreams, { needs: ['kafka', 'managementApi'] }),
    app('metricAggregator', ports.metricAggregator, { needs: ['kafka', 'managementApi'] }),
    app('traceAnalytics', ports.traceAnalytics, { needs: ['kafka', 'managementApi'] }),
    app('queryApi', ports.queryApi, { needs: ['kafka', 'cassandra', 'managementApi'], env: cassandra }),
  ];
}

/** Series in the form that docs/grafana.md tells of. */
const TAGGED_METRICS = { HERCULES_GRAPHITE_TAGS: 'true', HERCULES_GRAPHITE_REPLACE_DOTS: 'false' };

/** Makes an elastic-sink write annotations, all into the index hercules-annotations, where Grafana looks for them. */
const ANNOTATIONS = {
  HERCULES_SINK_PATTERNS: 'annotations_*',
  HERCULES_REPLAYS_NAME: 'annotation-sink',
  HERCULES_MAPPING: 'annotation-event',
  HERCULES_INDEX_PREFIX: 'hercules-',
  HERCULES_INDEX_POLICY: 'STATIC',
  HERCULES_INDEX_RESOLVERS: '[{"type":"static","name":"annotations"}]',
};
