import { createCassandraClient } from '@hercules/cassandra';
import {
  BatchConsumer,
  BatchingProducer,
  KafkaAdmin,
  KafkaCluster,
  registerConsumerMetrics,
  registerProducerMetrics,
} from '@hercules/kafka';
import { runService, startServiceHttp } from '@hercules/service';
import { createEventFilter, DeadLetters, registerSinkMetrics, sinkGroupId, SinkLoop } from '@hercules/sink';
import { cassandraSinkConfigSchema } from './config.ts';
import { KnownNames } from './spans/known-names.ts';
import { prepareSpans } from './spans/prepare-spans.ts';
import { SpanAdapter } from './spans/span-adapter.ts';
import { SpanRowEncoder } from './spans/span-rows.ts';
import { PartitionedWriter } from './writer/partitioned-writer.ts';
import { registerWriterMetrics } from './writer/writer-metrics.ts';

const APPLICATION_ID = 'cassandra-sink';

runService({
  name: APPLICATION_ID,
  description: 'Writes spans and timelines from Kafka to Cassandra.',
  schema: cassandraSinkConfigSchema,
  async start({ config, logger, metrics, lifecycle, ...context }) {
    const { sink, tracing } = config;
    const filters = sink.filters.map(createEventFilter);
    await startServiceHttp({ config, logger, metrics, lifecycle, ...context }, config.http);

    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();
    const producer = new BatchingProducer(cluster, {}, logger);
    lifecycle.onStop('dead-letter producer', () => producer.close(5000));
    await producer.start();

    // Not connected here: the sink starts while Cassandra is away, and waits for it.
    const client = createCassandraClient(config.cassandra);
    lifecycle.onStop('cassandra client', () => client.shutdown());
    const writer = new PartitionedWriter(client, config.writer);

    const groupId = sinkGroupId(APPLICATION_ID, sink);
    const deadLetters = new DeadLetters(
      producer,
      new KafkaAdmin(cluster),
      { stream: sink.deadLetterStream, sink: APPLICATION_ID, groupId, replicationFactor: sink.deadLetterReplicationFactor },
      logger,
    );
    const adapter = new SpanAdapter({
      encoder: new SpanRowEncoder(new KnownNames(tracing.knownNames, tracing.namesRefreshMs)),
      writer,
      filters,
      prepare: (signal) => prepareSpans(client, config, logger, signal),
    });
    const loop = new SinkLoop(adapter, deadLetters, sink, logger);
    const consumer = new BatchConsumer(cluster, { ...sink, groupId }, loop, logger);
    registerSinkMetrics(metrics, loop, consumer);
    registerConsumerMetrics(metrics, consumer);
    registerProducerMetrics(metrics, producer);
    registerWriterMetrics(metrics, writer);
    lifecycle.onStop('sink loop', () => loop.stop());
    await loop.start(consumer);
  },
});
