import { Audit } from '@hercules/audit';
import { BatchConsumer, BatchingProducer, KafkaCluster, registerConsumerMetrics, registerProducerMetrics } from '@hercules/kafka';
import { registerReplayMetrics, ReplayRunner, SinkReplays } from '@hercules/replay';
import { runService, startServiceHttp } from '@hercules/service';
import { createDeadLetters, registerSinkMetrics, sinkGroupId, SinkLoop } from '@hercules/sink';
import { elasticSinkConfigSchema } from './config.ts';
import { createElasticAdapter } from './create-adapter.ts';
import { createElasticsearchClient } from './elasticsearch-client.ts';
import { loadEventMapping } from './event-mapping.ts';

const APPLICATION_ID = 'elastic-sink';

runService({
  name: APPLICATION_ID,
  description: 'Writes log and annotation events from Kafka to Elasticsearch.',
  schema: elasticSinkConfigSchema,
  async start({ config, logger, metrics, lifecycle, ...context }) {
    const { sink, replays } = config;
    const mapping = loadEventMapping(config.mapping);
    await startServiceHttp({ config, logger, metrics, lifecycle, ...context }, config.http);

    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();
    const producer = new BatchingProducer(cluster, {}, logger);
    lifecycle.onStop('dead-letter producer', () => producer.close(5000));
    await producer.start();
    const audit = new Audit({ app: APPLICATION_ID, cluster, producer, config: config.audit, logger });
    lifecycle.onStop('delivery audit', () => audit.stop());
    audit.registerMetrics(metrics);
    audit.start();

    const client = createElasticsearchClient(config.elasticsearch);
    lifecycle.onStop('elasticsearch client', () => client.close());

    const adapter = createElasticAdapter({ config, mapping, client, logger });
    const groupId = sinkGroupId(APPLICATION_ID, sink);
    const deadLetters = createDeadLetters({ applicationId: APPLICATION_ID, groupId, cluster, producer, settings: sink, logger });
    const loop = new SinkLoop(adapter, deadLetters, sink, logger, audit.ledger(groupId));
    const consumer = new BatchConsumer(cluster, { ...sink, groupId }, loop, logger);
    registerSinkMetrics(metrics, loop, consumer);
    registerConsumerMetrics(metrics, consumer);
    registerProducerMetrics(metrics, producer);
    lifecycle.onStop('sink loop', () => loop.stop());
    await loop.start(consumer);

    if (replays.enabled) {
      const { name = APPLICATION_ID } = replays;
      const createAdapter = (suffix: string | undefined) => createElasticAdapter({ config, mapping, client, logger, suffix });
      const executor = new SinkReplays({ applicationId: APPLICATION_ID, name, cluster, producer, sink, replays, createAdapter });
      const runner = new ReplayRunner({ cluster, producer, executor, name, instanceId: config.instanceId, config: replays, logger });
      registerReplayMetrics(metrics, runner);
      lifecycle.onStop('replays', () => runner.stop());
      runner.start();
    }
  },
});
