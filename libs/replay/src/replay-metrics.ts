import type { SinkMetricsRegistry } from '@hercules/sink';
import type { ReplayRunner, ReplayTotals } from './replay-runner.ts';

const RECORDS: readonly [
  name: string,
  help: string,
  key: Exclude<keyof ReplayTotals, 'ended'>,
  counter: 'consumedRecords' | 'writtenRecords' | 'deadLetteredRecords',
][] = [
  ['hercules_replay_read_records_total', 'Records read by replays', 'read', 'consumedRecords'],
  ['hercules_replay_written_records_total', 'Records that the targets of replays have acknowledged', 'written', 'writtenRecords'],
  [
    'hercules_replay_dead_lettered_records_total',
    'Records of replays sent to the dead-letter stream',
    'deadLettered',
    'deadLetteredRecords',
  ],
];

/** Registers the metrics of an app that executes replays (docs/components.md). */
export function registerReplayMetrics(metrics: SinkMetricsRegistry, runner: Pick<ReplayRunner, 'totals' | 'running' | 'isExecutor'>): void {
  for (const [name, help, key, counter] of RECORDS)
    metrics.counterFrom(name, help, [], () =>
      runner.running.reduce((sum, { counters }) => sum + (counters?.[counter] ?? 0), runner.totals[key]),
    );
  metrics.counterFrom('hercules_replay_jobs_total', 'Replays that have come to an end here, by how', ['state'], () =>
    Object.entries(runner.totals.ended).map(([state, value]) => ({ labels: { state }, value })),
  );
  metrics.gaugeFrom('hercules_replay_running_jobs', 'Replays under way here', [], () => runner.running.length);
  metrics.gaugeFrom('hercules_replay_remaining_records', 'Offsets that the replays under way here have still to read', [], () =>
    runner.running.reduce((sum, { left }) => sum + left, 0),
  );
  metrics.gaugeFrom('hercules_replay_executor', '1 while this instance executes the replays of its app', [], () =>
    runner.isExecutor ? 1 : 0,
  );
}
