import { KafkaAdmin, KafkaCluster, registerConsumersMetrics, registerProducerMetrics } from '@hercules/kafka';
import { runService, startServiceHttp } from '@hercules/service';
import { registerAggregationMetrics, TwoStageAggregation } from '@hercules/streaming';
import { registerAnalyticsMetrics } from './analytics-metrics.ts';
import { CallPublisher } from './call-publisher.ts';
import { traceAnalyticsConfigSchema } from './config.ts';
import { DelayMeter } from './delay-meter.ts';
import { ReplicaPublisher } from './replica-publisher.ts';
import { RequestMetricWriter } from './request-metric-writer.ts';
import { hasLongWindows } from './series.ts';
import { spanAggregateCodec } from './span-aggregate.ts';
import { SpanAssigner } from './span-assigner.ts';

const APPLICATION_ID = 'trace-analytics';
const DELAY_PERIOD_MS = 10_000;

runService({
  name: APPLICATION_ID,
  description: 'Makes metrics of requests and weights of replicas from spans, within seconds.',
  schema: traceAnalyticsConfigSchema,
  async start({ config, logger, metrics, lifecycle, ...context }) {
    const { input, output, windows, processor, producer, partials, replicas, dependencies } = config;
    await startServiceHttp({ config, logger, metrics, lifecycle, ...context }, config.http);

    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();
    const admin = new KafkaAdmin(cluster);
    await admin.createTopic({
      topic: dependencies.topic,
      partitions: 1,
      replicationFactor: dependencies.replicationFactor,
      configs: { 'retention.ms': String(dependencies.retentionMs) },
    });
    await admin.createTopic({
      topic: replicas.topic,
      partitions: 1,
      replicationFactor: replicas.replicationFactor,
      // One small record a second and service: segments are closed, and so compacted, soon.
      configs: { 'cleanup.policy': 'compact', 'segment.ms': '600000', 'min.cleanable.dirty.ratio': '0.1' },
    });
    const counters = { overflowed: new Map<string, number>(), traces: { early: 0 } };
    const delay = new DelayMeter(DELAY_PERIOD_MS, Date.now());
    const aggregation = new TwoStageAggregation({
      cluster,
      input: { ...input, groupId: input.groupId ?? `hercules.${APPLICATION_ID}.${input.patterns.join(',')}` },
      partials,
      outputTopics: [output.stream, replicas.topic, dependencies.topic],
      processor,
      windows,
      producer,
      codec: spanAggregateCodec,
      rollUps: { ofPeriodMs: config.periodsMs[0]!, periodsMs: config.periodsMs.slice(1), includes: hasLongWindows },
      createAssigner: () => new SpanAssigner({ ...config, latenessMs: windows.latenessMs }, counters),
      createWriter: (written, partition) =>
        new RequestMetricWriter(
          written,
          { stream: output.stream, periodsMs: config.periodsMs, quantiles: config.quantiles, instanceId: config.instanceId },
          new ReplicaPublisher(written, replicas),
          new CallPublisher(written, { topic: dependencies.topic, periodMs: config.periodsMs.at(-1)!, partition }),
          delay,
        ),
      logger,
    });
    registerAggregationMetrics(metrics, aggregation);
    registerConsumersMetrics(metrics, ['stage'], () => aggregation.consumers());
    registerProducerMetrics(metrics, aggregation.producer);
    registerAnalyticsMetrics(metrics, counters, delay);
    lifecycle.onStop('aggregation', () => aggregation.stop());
    await aggregation.start();
  },
});
