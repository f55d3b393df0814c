import type { MetricsRegistry } from '@hercules/service';
import type { GraphiteSender } from './graphite-sender.ts';

/** What is sent to Graphite, besides what every sink counts. */
export function registerSenderMetrics(metrics: MetricsRegistry, sender: GraphiteSender): void {
  const { counters } = sender;
  metrics.counterFrom('hercules_graphite_batches_total', 'Batches that an endpoint has taken', [], () => counters.batches);
  metrics.counterFrom('hercules_graphite_failed_batches_total', 'Attempts to send a batch that failed', [], () => counters.failedBatches);
  metrics.counterFrom(
    'hercules_graphite_remote_batches_total',
    'Batches that a remote endpoint has taken',
    [],
    () => counters.remoteBatches,
  );
  metrics.counterFrom(
    'hercules_graphite_repeated_batches_total',
    'Batches sent once more to an endpoint that had gone away',
    [],
    () => counters.repeatedBatches,
  );
  metrics.gaugeFrom(
    'hercules_graphite_frozen_endpoints',
    'Endpoints that are passed over for now',
    [],
    () => sender.endpoints.filter(({ isFrozen }) => isFrozen).length,
  );
  metrics.gaugeFrom('hercules_graphite_ready_connections', 'Connections that wait for a batch', [], () =>
    sender.endpoints.reduce((sum, { readyConnections }) => sum + readyConnections, 0),
  );
}
