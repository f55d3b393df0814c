import type { RequestCounter } from '@hercules/http-api';
import type { PartitionReader } from '@hercules/kafka';
import type { MetricsRegistry } from '@hercules/service';
import type { ByteBudget } from './streams/byte-budget.ts';

export interface QueryParts {
  readonly requests: RequestCounter;
  readonly partitions: PartitionReader;
  readonly budget: ByteBudget;
}

/** What is asked, and what it holds on to. */
export function registerQueryMetrics(metrics: MetricsRegistry, { requests, partitions, budget }: QueryParts): void {
  metrics.counterFrom('hercules_query_requests_total', 'Answers by route and status', ['path', 'status'], () => requests.counts());
  metrics.gaugeFrom('hercules_query_stream_reads', 'Reads of streams under way or waiting for a connection', [], () => partitions.busy);
  metrics.gaugeFrom('hercules_query_reserved_bytes', 'Memory that reads under way have set apart', [], () => budget.used);
}
