import { Audit } from '@hercules/audit';
import { createCassandraClient } from '@hercules/cassandra';
import { BatchingProducer, KafkaCluster, registerConsumerMetrics, registerProducerMetrics } from '@hercules/kafka';
import { MetadataRegistry } from '@hercules/metadata';
import { registerReplayMetrics, ReplayRunner } from '@hercules/replay';
import { runService, startServiceHttp } from '@hercules/service';
import { type MeasuredSink, registerSinksMetrics } from '@hercules/sink';
import { cassandraSinkConfigSchema } from './config.ts';
import { cassandraReplays } from './replays/cassandra-replays.ts';
import { createSpanSink } from './spans/span-sink.ts';
import { startTimelines } from './timelines/start-timelines.ts';
import { PartitionedWriter } from './writer/partitioned-writer.ts';
import { registerWriterMetrics } from './writer/writer-metrics.ts';

const APPLICATION_ID = 'cassandra-sink';

runService({
  name: APPLICATION_ID,
  description: 'Writes spans and timelines from Kafka to Cassandra.',
  schema: cassandraSinkConfigSchema,
  async start({ config, logger, metrics, lifecycle, ...context }) {
    await startServiceHttp({ config, logger, metrics, lifecycle, ...context }, config.http);

    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();
    const producer = new BatchingProducer(cluster, {}, logger);
    lifecycle.onStop('dead-letter producer', () => producer.close(5000));
    await producer.start();
    registerProducerMetrics(metrics, producer);
    const audit = new Audit({ app: APPLICATION_ID, cluster, producer, config: config.audit, logger });
    lifecycle.onStop('delivery audit', () => audit.stop());
    audit.registerMetrics(metrics);
    audit.start();

    // Not connected here: the sink starts while Cassandra is away, and waits for it.
    const client = createCassandraClient(config.cassandra);
    lifecycle.onStop('cassandra client', () => client.shutdown());
    const writer = new PartitionedWriter(client, config.writer);
    registerWriterMetrics(metrics, writer);

    const sources: (() => Iterable<MeasuredSink>)[] = [];
    registerSinksMetrics(metrics, ['sink'], () => sources.flatMap((source) => [...source()]));
    const parts = { applicationId: APPLICATION_ID, config, cluster, producer, audit, client, writer, logger };
    const registry = config.timelines.enabled ? new MetadataRegistry(cluster, config.metadata, logger) : undefined;
    if (registry !== undefined) {
      lifecycle.onStop('metadata registry', () => registry.stop());
      await registry.start();
      const timelines = startTimelines({ ...parts, registry });
      lifecycle.onStop('timelines', () => timelines.stop());
      sources.push(() => timelines.sinks());
    }
    if (config.tracing.enabled) {
      const spans = createSpanSink(parts);
      lifecycle.onStop('spans', () => spans.stop());
      sources.push(() => [spans.measured]);
      registerConsumerMetrics(metrics, spans.consumer);
      await spans.start();
    }
    const { replays } = config;
    if (replays.enabled) {
      const { name = APPLICATION_ID } = replays;
      const executor = cassandraReplays({ ...parts, name, registry });
      const runner = new ReplayRunner({ cluster, producer, executor, name, instanceId: config.instanceId, config: replays, logger });
      registerReplayMetrics(metrics, runner);
      lifecycle.onStop('replays', () => runner.stop());
      runner.start();
    }
  },
});
