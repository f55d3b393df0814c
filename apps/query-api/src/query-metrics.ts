import type { RequestCounter } from '@hercules/http-api';
import type { PartitionReader } from '@hercules/kafka';
import type { MetricsRegistry } from '@hercules/service';
import type { ByteBudget } from './streams/byte-budget.ts';
import type { Tails } from './tail/tails.ts';

export interface QueryParts {
  readonly requests: RequestCounter;
  readonly partitions: PartitionReader;
  readonly budget: ByteBudget;
  readonly tails: Tails;
}

/** What is asked, and what it holds on to. */
export function registerQueryMetrics(metrics: MetricsRegistry, { requests, partitions, budget, tails }: QueryParts): void {
  metrics.counterFrom('hercules_query_requests_total', 'Answers by route and status', ['path', 'status'], () => requests.counts());
  metrics.gaugeFrom('hercules_query_stream_reads', 'Reads of streams under way or waiting for a connection', [], () => partitions.busy);
  metrics.gaugeFrom('hercules_query_reserved_bytes', 'Memory that reads under way have set apart', [], () => budget.used);
  metrics.gaugeFrom('hercules_query_tails', 'Clients that follow streams', [], () => tails.clients);
  metrics.counterFrom('hercules_query_tail_dropped_events_total', 'Events that slow clients have missed', [], () => tails.droppedEvents);
}
