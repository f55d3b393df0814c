import type { ConsumerStats } from './consumer.ts';
import type { ProducerStats } from './producer-options.ts';

type ReadValues = () => number | Iterable<{ labels: Readonly<Record<string, string>>; value: number }>;

/** The part of a metrics registry that is needed here; libs/service's MetricsRegistry is one. */
export interface ClientMetricsRegistry {
  counterFrom(name: string, help: string, labelNames: readonly string[], read: ReadValues): void;
  gaugeFrom(name: string, help: string, labelNames: readonly string[], read: ReadValues): void;
}

/** A consumer of several in one process, and the labels that tell it from the others. */
export interface MeasuredConsumer {
  readonly labels: Readonly<Record<string, string>>;
  readonly consumer: { readonly stats: Readonly<ConsumerStats> };
}

const PRODUCER_COUNTERS: readonly [name: string, help: string, key: keyof ProducerStats][] = [
  ['records', 'Records handed to the producer', 'records'],
  ['acknowledged_records', 'Records that Kafka has acknowledged', 'acknowledgedRecords'],
  ['failed_records', 'Records given up, after which the sender knows of it', 'failedRecords'],
  ['bytes', 'Bytes of records in record batches, before compression', 'bytes'],
  ['batches', 'Record batches closed', 'batches'],
  ['requests', 'Produce requests', 'requests'],
  ['failed_requests', 'Produce requests without an answer', 'failedRequests'],
  ['retries', 'Record batches sent again', 'retries'],
];

const CONSUMER_COUNTERS: readonly [name: string, help: string, key: keyof ConsumerStats][] = [
  ['records', 'Records fetched', 'records'],
  ['bytes', 'Bytes fetched, unpacked', 'bytes'],
  ['fetches', 'Fetch requests', 'fetches'],
  ['failed_fetches', 'Fetch requests without an answer that is good', 'failedFetches'],
  ['rebalances', 'Times that the group has shared out its partitions anew', 'rebalances'],
  ['commits', 'Commits of offsets', 'commits'],
  ['failed_commits', 'Commits that were refused or had no answer', 'failedCommits'],
  ['offset_resets', 'Positions outside of the log that were set to its beginning', 'offsetResets'],
  ['unreadable_batches', 'Tries to read a record batch that cannot be read: its partition stands still', 'unreadableBatches'],
  ['errors', 'Errors that another try is not likely to heal', 'errors'],
];

/** Registers the metrics of the producer of an app (docs/components.md, M-8). */
export function registerProducerMetrics(
  metrics: ClientMetricsRegistry,
  producer: { readonly stats: ProducerStats; readonly bufferedBytes: number },
): void {
  for (const [name, help, key] of PRODUCER_COUNTERS) {
    metrics.counterFrom(`hercules_kafka_producer_${name}_total`, help, [], () => producer.stats[key]);
  }
  metrics.gaugeFrom('hercules_kafka_producer_buffered_bytes', 'Bytes that Kafka has not acknowledged', [], () => producer.bufferedBytes);
}

/** Registers the metrics of the consumer of an app (docs/components.md, M-9). */
export function registerConsumerMetrics(metrics: ClientMetricsRegistry, consumer: MeasuredConsumer['consumer']): void {
  registerConsumersMetrics(metrics, [], () => [{ labels: {}, consumer }]);
}

/** The same for an app with several consumers, which come and go; all have the same labels. */
export function registerConsumersMetrics(
  metrics: ClientMetricsRegistry,
  labelNames: readonly string[],
  consumers: () => Iterable<MeasuredConsumer>,
): void {
  const ofEach = (key: keyof ConsumerStats): ReadValues => {
    return () => Array.from(consumers(), ({ labels, consumer }) => ({ labels, value: consumer.stats[key] }));
  };
  for (const [name, help, key] of CONSUMER_COUNTERS) {
    metrics.counterFrom(`hercules_kafka_consumer_${name}_total`, help, labelNames, ofEach(key));
  }
  metrics.gaugeFrom('hercules_kafka_consumer_buffered_bytes', 'Bytes fetched and not yet handled', labelNames, ofEach('bufferedBytes'));
}
