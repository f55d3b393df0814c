import { MergeProcessor } from './merge-processor.ts';
import { PartialsProcessor } from './partials-processor.ts';
import type { TwoStageAggregation } from './two-stage-aggregation.ts';
import type { WindowCounters } from './window-counters.ts';

type ReadValues = () => number | Iterable<{ labels: Readonly<Record<string, string | number>>; value: number }>;

/** The part of a metrics registry that is needed here; libs/service's MetricsRegistry is one. */
export interface StreamingMetricsRegistry {
  counterFrom(name: string, help: string, labelNames: readonly string[], read: ReadValues): void;
  gaugeFrom(name: string, help: string, labelNames: readonly string[], read: ReadValues): void;
}

/** What becomes of an event, as the label `outcome` says. */
const OUTCOMES: readonly (keyof WindowCounters)[] = [
  'counted',
  'repeated',
  'late',
  'forgotten',
  'ahead',
  'overflowed',
  'undecodable',
  'skipped',
];

/** Registers the metrics that every two-stage aggregation has (docs/components.md). */
export function registerAggregationMetrics<A>(metrics: StreamingMetricsRegistry, aggregation: TwoStageAggregation<A>): void {
  const { counters, mergeCounters, stages } = aggregation;
  const sizes = (): { ids: number; groups: number }[] =>
    stages[0]!.loop.processors().flatMap((processor) => (processor instanceof PartialsProcessor ? [processor.size] : []));
  metrics.counterFrom(
    'hercules_streaming_consumed_records_total',
    'Records taken in, those read again after a restart among them',
    ['stage'],
    () => stages.map(({ stage, loop }) => ({ labels: { stage }, value: loop.counters.consumedRecords })),
  );
  metrics.counterFrom('hercules_streaming_events_total', 'Events of the input by what became of them', ['outcome'], () =>
    OUTCOMES.map((outcome) => ({ labels: { outcome }, value: counters[outcome] })),
  );
  metrics.counterFrom('hercules_streaming_partials_total', 'Partial results written', [], () => counters.partials);
  metrics.counterFrom(
    'hercules_streaming_late_partials_total',
    'Partial results that came after their window was closed',
    [],
    () => mergeCounters.latePartials,
  );
  metrics.counterFrom(
    'hercules_streaming_results_total',
    'Results of series written, amendments among them',
    [],
    () => mergeCounters.results,
  );
  metrics.counterFrom(
    'hercules_streaming_amendments_total',
    'Results that took the place of earlier ones',
    [],
    () => mergeCounters.amendments,
  );
  metrics.counterFrom(
    'hercules_streaming_incomplete_results_total',
    'Results that left at their deadline before all input had passed the end of their window',
    [],
    () => mergeCounters.incompleteResults,
  );
  metrics.counterFrom(
    'hercules_streaming_restarts_total',
    'Times that partitions were read again because results could not be written',
    ['stage'],
    () => stages.map(({ stage, loop }) => ({ labels: { stage }, value: loop.counters.restarts })),
  );
  metrics.gaugeFrom('hercules_streaming_open_series', 'Series in open windows', ['stage'], () => [
    { labels: { stage: 'count' }, value: sizes().reduce((sum, { groups }) => sum + groups, 0) },
    {
      labels: { stage: 'merge' },
      value: stages[1]!.loop
        .processors()
        .reduce((sum, processor) => sum + (processor instanceof MergeProcessor ? processor.groupCount : 0), 0),
    },
  ]);
  metrics.gaugeFrom('hercules_streaming_remembered_ids', 'Ids of events that are remembered', [], () =>
    sizes().reduce((sum, { ids }) => sum + ids, 0),
  );
  metrics.gaugeFrom('hercules_streaming_lag_records', 'Records in Kafka that are not yet processed', ['stage', 'topic', 'partition'], () =>
    stages.flatMap(({ stage, loop }) =>
      loop.lag().map(({ topic, partition, lag }) => ({ labels: { stage, topic, partition }, value: lag })),
    ),
  );
}
