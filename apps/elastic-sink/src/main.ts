import { Audit } from '@hercules/audit';
import { BatchConsumer, BatchingProducer, KafkaCluster, registerConsumerMetrics, registerProducerMetrics } from '@hercules/kafka';
import { JsonTranscoder } from '@hercules/protocol';
import { runService, startServiceHttp } from '@hercules/service';
import { createDeadLetters, createEventFilter, registerSinkMetrics, sinkGroupId, SinkLoop } from '@hercules/sink';
import { BulkEncoder } from './bulk-batch.ts';
import { elasticSinkConfigSchema } from './config.ts';
import { ElasticAdapter } from './elastic-adapter.ts';
import { createElasticsearchClient } from './elasticsearch-client.ts';
import { loadEventMapping } from './event-mapping.ts';
import { IndexCreator } from './index-creator.ts';
import { IndexNames } from './index-names.ts';
import { createIndexResolver } from './index-resolvers.ts';
import { installIndexTemplate } from './index-template.ts';
import { LogEventFilter } from './log-event-filter.ts';

const APPLICATION_ID = 'elastic-sink';

runService({
  name: APPLICATION_ID,
  description: 'Writes log and annotation events from Kafka to Elasticsearch.',
  schema: elasticSinkConfigSchema,
  async start({ config, logger, metrics, lifecycle, ...context }) {
    const { sink, index } = config;
    const mapping = loadEventMapping(config.mapping);
    const resolvers = index.resolvers.map(createIndexResolver);
    const filters = [...sink.filters.map(createEventFilter), ...(config.filterLogEvents ? [new LogEventFilter()] : [])];
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

    const transcoder = new JsonTranscoder({ mapping, timestampField: config.timestampField, ignoreUnknownTags: config.ignoreUnknownTags });
    const adapter = new ElasticAdapter({
      client,
      encoder: new BulkEncoder(new IndexNames({ ...index, resolvers }), transcoder, filters),
      policy: { ...config, createIndexes: index.create },
      ...(index.create ? { indexCreator: new IndexCreator(client, index.policy, logger) } : {}),
      prepare: () => installIndexTemplate(client, config, logger),
    });

    const groupId = sinkGroupId(APPLICATION_ID, sink);
    const deadLetters = createDeadLetters({ applicationId: APPLICATION_ID, groupId, cluster, producer, settings: sink, logger });
    const loop = new SinkLoop(adapter, deadLetters, sink, logger, audit.ledger(groupId));
    const consumer = new BatchConsumer(cluster, { ...sink, groupId }, loop, logger);
    registerSinkMetrics(metrics, loop, consumer);
    registerConsumerMetrics(metrics, consumer);
    registerProducerMetrics(metrics, producer);
    lifecycle.onStop('sink loop', () => loop.stop());
    await loop.start(consumer);
  },
});
