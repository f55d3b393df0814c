import { KafkaCluster, registerConsumersMetrics, registerProducerMetrics } from '@hercules/kafka';
import { runService, startServiceHttp } from '@hercules/service';
import { registerAggregationMetrics, TwoStageAggregation } from '@hercules/streaming';
import { metricAggregatorConfigSchema } from './config.ts';
import { FlatMetricRules, readRules } from './flat-metric-rules.ts';
import { metricAggregateCodec } from './metric-aggregate.ts';
import { MetricAssigner } from './metric-assigner.ts';
import { Refusals } from './refusals.ts';
import { AggregatedMetricWriter } from './aggregated-metric-writer.ts';

const APPLICATION_ID = 'metric-aggregator';

runService({
  name: APPLICATION_ID,
  description: 'Aggregates metric events by series and buckets of time.',
  schema: metricAggregatorConfigSchema,
  async start({ config, logger, metrics, lifecycle, ...context }) {
    const { input, output, windows, processor, producer, partials } = config;
    const defaults = {
      periodMs: config.defaultPeriodMs,
      maxPeriodMs: config.maxPeriodMs,
      timeToLiveMs: windows.latenessMs,
      quantiles: config.quantiles,
    };
    const rules = new FlatMetricRules(config.rulesFile === undefined ? [] : readRules(config.rulesFile), defaults);
    await startServiceHttp({ config, logger, metrics, lifecycle, ...context }, config.http);

    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();
    const refusals = new Refusals(logger);
    const aggregation = new TwoStageAggregation({
      cluster,
      input: { ...input, groupId: input.groupId ?? `hercules.${APPLICATION_ID}.${input.patterns.join(',')}` },
      partials,
      outputTopics: [output.stream],
      processor,
      windows,
      producer,
      codec: metricAggregateCodec,
      createAssigner: () => new MetricAssigner({ defaults, rules, onRefused: refusals.add }),
      createWriter: (written) => new AggregatedMetricWriter(written, output.stream),
      logger,
    });
    registerAggregationMetrics(metrics, aggregation);
    registerConsumersMetrics(metrics, ['stage'], () => aggregation.consumers());
    registerProducerMetrics(metrics, aggregation.producer);
    metrics.counterFrom('hercules_aggregator_refused_events_total', 'Metric events that cannot be aggregated, by reason', ['reason'], () =>
      Array.from(refusals.counts, ([reason, value]) => ({ labels: { reason }, value })),
    );
    lifecycle.onStop('aggregation', () => aggregation.stop());
    await aggregation.start();
  },
});
