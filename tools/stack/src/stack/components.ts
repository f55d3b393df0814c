import { join } from 'node:path';
import { isDemoRunning } from '../demo/demo-status.ts';
import { isElasticsearchReady, startElasticsearch } from '../servers/elasticsearch-server.ts';
import { countKafkaBrokers } from '../servers/kafka-probe.ts';
import { startKafka } from '../servers/kafka-server.ts';
import { createDemoStreams } from './management-client.ts';
import { appComponent, isRunningOn } from './app-component.ts';
import type { Component } from './component.ts';
import type { StackKeys } from './stack-keys.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackPorts } from './stack-ports.ts';

/** Everything that `npm start` runs, wired together: who listens where, and who finds whom. */
export function stackComponents(layout: StackLayout, ports: StackPorts, keys: StackKeys): Component[] {
  const brokers = `127.0.0.1:${ports.kafka}`;
  return [
    {
      name: 'kafka',
      ports: [
        [ports.kafka, 'Kafka'],
        [ports.kafkaController, "Kafka's controller"],
      ],
      needs: [],
      isReady: async () => (await countKafkaBrokers(ports.kafka)) > 0,
      start: async (context) => {
        await startKafka({ ...context, port: ports.kafka, dataDir: join(layout.dataDir, 'kafka'), logFile: layout.logFile('kafka') });
      },
    },
    {
      name: 'elasticsearch',
      ports: [
        [ports.elasticsearch, 'Elasticsearch'],
        [ports.elasticsearchTransport, "Elasticsearch's transport"],
      ],
      needs: [],
      isReady: () => isElasticsearchReady(ports.elasticsearch),
      start: async (context) => {
        const options = { port: ports.elasticsearch, transportPort: ports.elasticsearchTransport, dataDir: layout.elasticsearchFolder };
        await startElasticsearch({ ...context, ...options });
      },
    },
    appComponent(layout, {
      name: 'managementApi',
      entry: 'apps/management-api/src/main.ts',
      ports: [[ports.managementApi, 'management-api']],
      needs: ['kafka'],
      env: { HERCULES_HTTP_PORT: String(ports.managementApi), HERCULES_KAFKA_BROKERS: brokers, HERCULES_MASTER_KEYS: keys.masterKey },
      isReady: () => isRunningOn(ports.managementApi),
      // Before elastic-sink starts: it then takes the streams when it joins its group, instead of looking for new ones first.
      prepare: () => createDemoStreams(`http://127.0.0.1:${ports.managementApi}`, keys),
    }),
    appComponent(layout, {
      name: 'gateway',
      entry: 'apps/gateway/src/main.ts',
      ports: [
        [ports.gatewayHttp, 'gateway HTTP'],
        [ports.gatewayGrpc, 'gateway gRPC'],
      ],
      needs: ['kafka', 'managementApi'],
      env: {
        HERCULES_HTTP_PORT: String(ports.gatewayHttp),
        HERCULES_GRPC_PORT: String(ports.gatewayGrpc),
        HERCULES_KAFKA_BROKERS: brokers,
      },
      isReady: () => isRunningOn(ports.gatewayHttp),
    }),
    appComponent(layout, {
      name: 'elasticSink',
      entry: 'apps/elastic-sink/src/main.ts',
      ports: [[ports.elasticSink, 'elastic-sink']],
      needs: ['kafka', 'elasticsearch', 'managementApi'],
      env: {
        HERCULES_HTTP_PORT: String(ports.elasticSink),
        HERCULES_KAFKA_BROKERS: brokers,
        HERCULES_ELASTICSEARCH_NODES: `http://127.0.0.1:${ports.elasticsearch}`,
      },
      isReady: () => isRunningOn(ports.elasticSink),
    }),
    appComponent(layout, {
      name: 'demo',
      entry: 'tools/stack/src/demo/main.ts',
      args: ['--data-dir', layout.dataDir, '--gateway', `http://127.0.0.1:${ports.gatewayHttp}`],
      needs: ['gateway', 'elasticSink'],
      isReady: () => Promise.resolve(isDemoRunning(layout)),
    }),
  ];
}
