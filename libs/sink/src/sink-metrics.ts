import type { BatchConsumer } from '@hercules/kafka';
import type { DeadLetterCounts } from './dead-letter-counts.ts';
import type { SinkCounters } from './sink-counters.ts';

type ReadValues = () => number | Iterable<{ labels: Readonly<Record<string, string | number>>; value: number }>;

/** The part of a metrics registry that a sink needs; libs/service's MetricsRegistry is one. */
export interface SinkMetricsRegistry {
  counterFrom(name: string, help: string, labelNames: readonly string[], read: ReadValues): void;
  gaugeFrom(name: string, help: string, labelNames: readonly string[], read: ReadValues): void;
}

interface MeasuredLoop {
  readonly counters: SinkCounters;
  readonly deadLetterCounts: Pick<DeadLetterCounts, 'all'>;
  readonly pendingRecords: number;
  readonly concurrencyLimit: number;
}

const COUNTERS: readonly [name: string, help: string, key: keyof SinkCounters][] = [
  ['hercules_sink_consumed_records_total', 'Records fetched from Kafka', 'consumedRecords'],
  ['hercules_sink_filtered_records_total', 'Records that a filter dropped', 'filteredRecords'],
  ['hercules_sink_written_records_total', 'Records that the store has acknowledged', 'writtenRecords'],
  ['hercules_sink_duplicated_records_total', 'Written records that the store already had', 'duplicatedRecords'],
  ['hercules_sink_retried_records_total', 'Records that the store turned away for now', 'retriedRecords'],
  ['hercules_sink_dead_lettered_records_total', 'Records sent to the dead-letter stream', 'deadLetteredRecords'],
  ['hercules_sink_writes_total', 'Writes that the store has taken', 'writes'],
  ['hercules_sink_failed_writes_total', 'Writes that failed as a whole and are repeated', 'failedWrites'],
  ['hercules_sink_write_seconds_total', 'Time spent waiting for writes', 'writeSeconds'],
  ['hercules_sink_written_bytes_total', 'Bytes sent to the store', 'writtenBytes'],
  ['hercules_sink_commits_total', 'Commits of offsets', 'commits'],
];

/** A sink of several in one process, and the labels that tell it from the others. */
export interface MeasuredSink {
  readonly labels: Readonly<Record<string, string>>;
  readonly loop: MeasuredLoop;
  readonly consumer: Pick<BatchConsumer, 'lag'>;
}

/** Registers the metrics that every sink has (docs/components.md). */
export function registerSinkMetrics(metrics: SinkMetricsRegistry, loop: MeasuredLoop, consumer: Pick<BatchConsumer, 'lag'>): void {
  const sink = { labels: {}, loop, consumer };
  registerSinksMetrics(metrics, [], () => [sink]);
}

/** The same for a process with several sinks, which come and go; all have the same labels. */
export function registerSinksMetrics(
  metrics: SinkMetricsRegistry,
  labelNames: readonly string[],
  sinks: () => Iterable<MeasuredSink>,
): void {
  const ofEach = (read: (loop: MeasuredLoop) => number) => () => Array.from(sinks(), ({ labels, loop }) => ({ labels, value: read(loop) }));
  for (const [name, help, key] of COUNTERS)
    metrics.counterFrom(
      name,
      help,
      labelNames,
      ofEach(({ counters }) => counters[key]),
    );
  metrics.counterFrom(
    'hercules_sink_dead_letters_total',
    'Records sent to the dead-letter stream, by the stream they came from and the reason',
    [...labelNames, 'stream', 'reason'],
    () =>
      Array.from(sinks()).flatMap(({ labels, loop }) =>
        Array.from(loop.deadLetterCounts.all(), ({ stream, reason, letters }) => ({
          labels: { ...labels, stream, reason },
          value: letters,
        })),
      ),
  );
  metrics.gaugeFrom(
    'hercules_sink_store_available',
    '1 while the store takes writes, 0 while it does not',
    labelNames,
    ofEach(({ counters }) => counters.storeAvailable),
  );
  metrics.gaugeFrom(
    'hercules_sink_pending_records',
    'Records fetched and not yet written',
    labelNames,
    ofEach(({ pendingRecords }) => pendingRecords),
  );
  metrics.gaugeFrom(
    'hercules_sink_concurrent_writes_limit',
    'Most writes under way at once, now',
    labelNames,
    ofEach(({ concurrencyLimit }) => concurrencyLimit),
  );
  metrics.gaugeFrom('hercules_sink_lag_records', 'Records in Kafka that are not yet committed', [...labelNames, 'topic', 'partition'], () =>
    Array.from(sinks()).flatMap(({ labels, consumer }) =>
      consumer.lag().map(({ topic, partition, lag }) => ({ labels: { ...labels, topic, partition }, value: lag })),
    ),
  );
}
