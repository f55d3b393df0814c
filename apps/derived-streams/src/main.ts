import { Audit } from '@hercules/audit';
import { BatchingProducer, KafkaCluster, registerConsumersMetrics, registerProducerMetrics } from '@hercules/kafka';
import { MetadataRegistry } from '@hercules/metadata';
import { registerReplayMetrics, ReplayRunner, STREAM_REPLAYS, StreamReplays, writableStreams } from '@hercules/replay';
import { runService, startServiceHttp } from '@hercules/service';
import { registerSinksMetrics } from '@hercules/sink';
import { derivedStreamsConfigSchema } from './config.ts';
import { DerivationOwner } from './derivation-owner.ts';
import { DerivationSink } from './derivation-sink.ts';

const APPLICATION_ID = 'derived-streams';

runService({
  name: APPLICATION_ID,
  description: 'Fills derived streams and the outputs of splitters from their source streams.',
  schema: derivedStreamsConfigSchema,
  async start({ config, logger, metrics, lifecycle, ...context }) {
    await startServiceHttp({ config, logger, metrics, lifecycle, ...context }, config.http);

    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();
    const producer = new BatchingProducer(cluster, config.producer, logger);
    lifecycle.onStop('producer', () => producer.close(5000));
    await producer.start();
    registerProducerMetrics(metrics, producer);
    const audit = new Audit({ app: APPLICATION_ID, cluster, producer, config: config.audit, logger });
    lifecycle.onStop('delivery audit', () => audit.stop());
    audit.registerMetrics(metrics);
    audit.start();
    const registry = new MetadataRegistry(cluster, config.metadata, logger);
    lifecycle.onStop('metadata registry', () => registry.stop());
    await registry.start();

    const findPartitions = (stream: string): number | undefined => registry.stream(stream)?.partitions;
    const parts = { applicationId: APPLICATION_ID, config, cluster, producer, audit, findPartitions, logger };
    const owner = new DerivationOwner({
      source: registry,
      isMine: (name) => config.names.length === 0 || config.names.includes(name),
      createSink: (derivation) => new DerivationSink(derivation, parts),
      retry: config.sink,
      logger,
    });
    const measured = () => Array.from(owner.sinks(), (sink) => sink.measured);
    registerSinksMetrics(metrics, ['sink'], measured);
    registerConsumersMetrics(metrics, ['sink'], measured);
    lifecycle.onStop('derived streams', () => owner.stop());
    owner.start();

    const { replays, sink } = config;
    if (replays.enabled) {
      // Of its own, so that derived streams do not wait behind copies of the past.
      const copies = new BatchingProducer(cluster, config.producer, logger);
      lifecycle.onStop('replay producer', () => copies.close(5000));
      await copies.start();
      const settings = { ...sink, ...replays };
      const findStream = writableStreams(registry);
      const executor = new StreamReplays({ applicationId: APPLICATION_ID, cluster, producer: copies, findStream, settings });
      const { instanceId } = config;
      const runner = new ReplayRunner({ cluster, producer: copies, executor, name: STREAM_REPLAYS, instanceId, config: replays, logger });
      registerReplayMetrics(metrics, runner);
      lifecycle.onStop('replays', () => runner.stop());
      runner.start();
    }
  },
});
