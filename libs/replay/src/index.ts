export { replayConfigSchema, replayTopicConfigs, streamReplayConfigSchema, replayTopicSchema, type ReplayConfig } from './config.ts';
export { CombinedReplays } from './combined-replays.ts';
export {
  eventsPerSecondSchema,
  replayJobSchema,
  replayTargetSchema,
  type ReplayJob,
  type ReplayTarget,
  type WantedState,
} from './replay-job.ts';
export { ReplayJobs, type ReplayJobsOptions } from './replay-jobs.ts';
export { ReplayLog } from './replay-log.ts';
export { createReplayLoop, replayGroupId, type ReplayLoop } from './replay-loop.ts';
export { registerReplayMetrics } from './replay-metrics.ts';
export {
  isFinalState,
  offsetsOf,
  partitionRangeSchema,
  replayCountsSchema,
  replayProgressSchema,
  type PartitionRange,
  type ReplayProgress,
  type ReplayState,
} from './replay-progress.ts';
export { findRanges } from './replay-range.ts';
export { ReplayRunner, type ReplayExecutor } from './replay-runner.ts';
export { isFinished, replayStatus, type ReplayEntry, type ReplayStatus } from './replay-status.ts';
export { SinkReplays, type SinkReplayParts } from './sink-replays.ts';
export { STREAM_REPLAYS, StreamReplays, type StreamReplayParts, type TargetStream } from './stream-replays.ts';
export { writableStreams } from './writable-streams.ts';
