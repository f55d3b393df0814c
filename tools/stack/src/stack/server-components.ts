import { join } from 'node:path';
import { isCassandraReady } from '../servers/cassandra-probe.ts';
import { startCassandra } from '../servers/cassandra-server.ts';
import { isElasticsearchReady, startElasticsearch } from '../servers/elasticsearch-server.ts';
import { type GraphiteProcess, isGraphiteReady, portsAnswer, startGraphite } from '../servers/graphite-server.ts';
import { countKafkaBrokers } from '../servers/kafka-probe.ts';
import { startKafka } from '../servers/kafka-server.ts';
import type { Component, StartContext } from './component.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackPorts } from './stack-ports.ts';

/** The demo sends its metrics every 10 s, and a rate over finer steps would mostly be nothing. */
const GRAPHITE_RETENTIONS = '10s:6h,60s:7d';

/** The bus and the stores. */
export function serverComponents(layout: StackLayout, ports: StackPorts): Component[] {
  return [kafka(layout, ports), elasticsearch(layout, ports), cassandra(layout, ports), ...graphite(layout, ports)];
}

function kafka(layout: StackLayout, ports: StackPorts): Component {
  return {
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
  };
}

function elasticsearch(layout: StackLayout, ports: StackPorts): Component {
  return {
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
  };
}

function cassandra(layout: StackLayout, ports: StackPorts): Component {
  return {
    name: 'cassandra',
    ports: [
      [ports.cassandra, 'Cassandra'],
      [ports.cassandraStorage, "Cassandra's storage"],
    ],
    needs: [],
    isReady: () => isCassandraReady(ports.cassandra),
    start: async (context) => {
      const options = { port: ports.cassandra, storagePort: ports.cassandraStorage, dataDir: join(layout.dataDir, 'cassandra') };
      await startCassandra({ ...context, ...options, logFile: layout.logFile('cassandra') });
    },
  };
}

/** Graphite is two programs. Each is watched by itself. */
function graphite(layout: StackLayout, ports: StackPorts): Component[] {
  const { graphiteLines: plaintextPort, graphitePickle: picklePort, graphiteQuery: queryPort, graphiteWeb: webPort } = ports;
  const start = async (context: StartContext, process: GraphiteProcess, name: 'graphite' | 'graphiteWeb'): Promise<void> => {
    await startGraphite({
      ...context,
      ...{ plaintextPort, picklePort, queryPort, webPort },
      dataDir: join(layout.dataDir, 'graphite'),
      retentions: GRAPHITE_RETENTIONS,
      processes: [process],
      logFile: () => layout.logFile(name),
      onSpawn: (_, identity) => context.onSpawn(identity),
    });
  };
  return [
    {
      name: 'graphite',
      ports: [
        [plaintextPort, 'Graphite lines'],
        [picklePort, 'Graphite pickle'],
        [queryPort, "Graphite's cache"],
      ],
      needs: [],
      isReady: () => portsAnswer([plaintextPort, picklePort, queryPort]),
      start: (context) => start(context, 'carbon', 'graphite'),
    },
    {
      name: 'graphiteWeb',
      ports: [[webPort, 'Graphite web']],
      needs: ['graphite'],
      isReady: () => isGraphiteReady(webPort),
      start: (context) => start(context, 'web', 'graphiteWeb'),
    },
  ];
}
