import type { RequestCounter } from '@hercules/http-api';
import type { MetadataRegistry } from '@hercules/metadata';
import type { MetricsRegistry } from '@hercules/service';
import type { TaskRunner } from './tasks/task-runner.ts';

interface Measured {
  readonly requests: RequestCounter;
  readonly runner: TaskRunner;
  readonly writer: { readonly isLeader: boolean };
  readonly registry: Pick<MetadataRegistry, 'streams' | 'timelines'>;
  readonly deadLetters: { readonly letters: number | undefined };
  readonly consumer: { lag(): { lag: number }[] };
}

/** Registers the metrics of the management API. */
export function registerManagementMetrics(
  metrics: MetricsRegistry,
  { requests, runner, writer, registry, consumer, deadLetters }: Measured,
): void {
  metrics.counterFrom('hercules_management_requests_total', 'Answers by route and status', ['path', 'status'], () => requests.counts());
  metrics.counterFrom(
    'hercules_management_tasks_total',
    'Changes that this instance has carried out, by how they ended',
    ['outcome'],
    () => [
      { labels: { outcome: 'done' }, value: runner.counters.done },
      { labels: { outcome: 'failed' }, value: runner.counters.failed },
    ],
  );
  metrics.gaugeFrom('hercules_management_queued_tasks', 'Changes that wait to be carried out by this instance', [], () =>
    consumer.lag().reduce((sum, { lag }) => sum + lag, 0),
  );
  metrics.gaugeFrom('hercules_management_leader', '1 while this instance is the writer of the metadata', [], () =>
    writer.isLeader ? 1 : 0,
  );
  metrics.gaugeFrom('hercules_management_streams', 'Streams', [], () => registry.streams().length);
  metrics.gaugeFrom('hercules_management_timelines', 'Timelines', [], () => registry.timelines().length);
  metrics.gaugeFrom('hercules_management_dead_letters', 'Dead letters that are kept, as of the last half minute', [], () =>
    deadLetters.letters === undefined ? [] : [{ labels: {}, value: deadLetters.letters }],
  );
}
