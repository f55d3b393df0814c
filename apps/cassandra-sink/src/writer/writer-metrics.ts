import type { MetricsRegistry } from '@hercules/service';
import type { PartitionedWriter } from './partitioned-writer.ts';

/** What is sent to Cassandra, besides what every sink counts. */
export function registerWriterMetrics(metrics: MetricsRegistry, writer: PartitionedWriter): void {
  metrics.counterFrom('hercules_cassandra_batches_total', 'Unlogged batches that Cassandra has taken', [], () => writer.counters.batches);
  metrics.counterFrom('hercules_cassandra_rows_total', 'Rows that Cassandra has taken', [], () => writer.counters.rows);
  metrics.counterFrom(
    'hercules_cassandra_failed_batches_total',
    'Batches that Cassandra did not take',
    [],
    () => writer.counters.failedBatches,
  );
  metrics.gaugeFrom('hercules_cassandra_batches_in_flight', 'Batches under way', [], () => writer.inFlight);
}
