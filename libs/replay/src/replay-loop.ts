import type { Logger } from '@hercules/protocol';
import { type DeadLetters, type SinkAdapter, type SinkConfig, SinkLoop } from '@hercules/sink';
import { type PrepareStep, ReplayAdapter } from './replay-adapter.ts';
import type { ReplayJob } from './replay-job.ts';

/** What writes the records of one replay: a sink's loop, whatever its batches are. */
export type ReplayLoop = Pick<SinkLoop<unknown>, 'counters' | 'start' | 'stop' | 'onBlock' | 'pendingRecords'>;

/** The loop's settings as the sink has them; how often it commits is the replay's affair. */
export type ReplayLoopSettings = Pick<
  SinkConfig,
  'batchSize' | 'batchBytes' | 'lingerMs' | 'maxConcurrentWrites' | 'retryMinMs' | 'retryMaxMs'
>;

export interface ReplayLoopParts<B> {
  readonly job: ReplayJob;
  /** An adapter of its own: adapters keep state between two calls. */
  readonly adapter: SinkAdapter<B>;
  /** What comes before the adapter's own preparation; repeated until it succeeds. */
  readonly prepare?: PrepareStep;
  readonly deadLetters: Pick<DeadLetters, 'send'>;
  readonly settings: ReplayLoopSettings;
  readonly progressIntervalMs: number;
  readonly logger: Logger;
}

/** The sink's own loop and adapter for the records of a replay. */
export function createReplayLoop<B>(parts: ReplayLoopParts<B>): ReplayLoop {
  const { job, adapter, prepare, deadLetters, settings, progressIntervalMs, logger } = parts;
  const filtered = new ReplayAdapter(adapter, job.filters, prepare);
  return new SinkLoop(filtered, deadLetters, { ...settings, commitIntervalMs: progressIntervalMs }, logger);
}

/** The group that dead letters of a replay name: there is no such consumer group, but it tells where they come from. */
export function replayGroupId(name: string, job: Pick<ReplayJob, 'id'>): string {
  return `hercules.replays.${name}.${job.id}`;
}
