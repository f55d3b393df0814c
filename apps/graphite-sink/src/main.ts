import { Audit } from '@hercules/audit';
import { BatchConsumer, BatchingProducer, KafkaCluster, registerConsumerMetrics, registerProducerMetrics } from '@hercules/kafka';
import { registerReplayMetrics, ReplayRunner, SinkReplays } from '@hercules/replay';
import { runService, startServiceHttp } from '@hercules/service';
import { createDeadLetters, createEventFilter, registerSinkMetrics, sinkGroupId, SinkLoop } from '@hercules/sink';
import { graphiteSinkConfigSchema } from './config.ts';
import { createSender } from './connections/create-sender.ts';
import { registerSenderMetrics } from './connections/sender-metrics.ts';
import { createMetricFilter } from './filters/create-metric-filter.ts';
import { GraphiteAdapter } from './graphite-adapter.ts';
import { LineEncoder } from './metric/line-encoder.ts';
import { MetricNameWriter } from './metric/metric-name.ts';
import { PickleEncoder } from './metric/pickle-encoder.ts';
import { withoutSuffix } from './without-suffix.ts';

const APPLICATION_ID = 'graphite-sink';

runService({
  name: APPLICATION_ID,
  description: 'Writes metric events from Kafka to Graphite.',
  schema: graphiteSinkConfigSchema,
  async start({ config, logger, metrics, lifecycle, ...context }) {
    const { sink, graphite, replays } = config;
    const filters = sink.filters.map(createEventFilter);
    const metricFilters = config.metricFilters.map(createMetricFilter);
    const names = new MetricNameWriter(graphite);
    const sender = createSender(graphite);
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
    lifecycle.onStop('graphite connections', () => sender.close());

    const groupId = sinkGroupId(APPLICATION_ID, sink);
    const deadLetters = createDeadLetters({ applicationId: APPLICATION_ID, groupId, cluster, producer, settings: sink, logger });
    const createEncoder = () => (graphite.protocol === 'pickle' ? new PickleEncoder(names) : new LineEncoder(names));
    const createAdapter = () => new GraphiteAdapter({ sender, createEncoder, filters, metricFilters });
    const loop = new SinkLoop(createAdapter(), deadLetters, sink, logger, audit.ledger(groupId));
    const consumer = new BatchConsumer(cluster, { ...sink, groupId }, loop, logger);
    registerSinkMetrics(metrics, loop, consumer);
    registerConsumerMetrics(metrics, consumer);
    registerProducerMetrics(metrics, producer);
    registerSenderMetrics(metrics, sender);
    lifecycle.onStop('sink loop', () => loop.stop());
    await loop.start(consumer);

    if (replays.enabled) {
      const { name = APPLICATION_ID } = replays;
      const createReplayAdapter = withoutSuffix(createAdapter);
      const executor = new SinkReplays({
        applicationId: APPLICATION_ID,
        name,
        cluster,
        producer,
        sink,
        replays,
        createAdapter: createReplayAdapter,
      });
      const runner = new ReplayRunner({ cluster, producer, executor, name, instanceId: config.instanceId, config: replays, logger });
      registerReplayMetrics(metrics, runner);
      lifecycle.onStop('replays', () => runner.stop());
      runner.start();
    }
  },
});
