import type { BatchingProducer, KafkaCluster } from '@hercules/kafka';
import { HerculesError, type Logger } from '@hercules/protocol';
import { CopyAdapter, type CopyTarget, createDeadLetters, type DeadLetters, type SinkConfig } from '@hercules/sink';
import type { ReplayConfig } from './config.ts';
import { CountingAdapter } from './counting-adapter.ts';
import type { ReplayJob } from './replay-job.ts';
import { createReplayLoop, replayGroupId, type ReplayLoop, type ReplayLoopSettings } from './replay-loop.ts';
import type { ReplayExecutor } from './replay-runner.ts';

export interface TargetStream extends CopyTarget {
  readonly partitions: number;
}

export interface StreamReplayParts {
  readonly applicationId: string;
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  /** A stream that may be written by a replay; undefined when there is none of this name. */
  readonly findStream: (name: string) => TargetStream | undefined;
  readonly settings: Pick<ReplayConfig, 'progressIntervalMs'> & Pick<SinkConfig, 'deadLetterStream' | 'deadLetterReplicationFactor'>;
}

/**
 * What the apps that execute such replays call themselves: all of them, whatever app they are, share one group, so that each replay has one executor.
 */
export const STREAM_REPLAYS = 'streams';

/** One write at a time keeps the order of a partition's events, as far as the other stream's partitions have one. */
const LOOP_SETTINGS: ReplayLoopSettings = {
  batchSize: 10_000,
  batchBytes: 4 * 1024 * 1024,
  lingerMs: 50,
  maxConcurrentWrites: 1,
  retryMinMs: 100,
  retryMaxMs: 5000,
};

const NO_LETTERS: Pick<DeadLetters, 'send'> = { send: () => Promise.resolve() };

/** Replays that need no sink: into another stream, and dry runs, which read and count. */
export class StreamReplays implements ReplayExecutor {
  readonly #parts: StreamReplayParts;

  constructor(parts: StreamReplayParts) {
    this.#parts = parts;
  }

  accepts({ dryRun, target }: ReplayJob): boolean {
    return dryRun || target.type === 'stream';
  }

  open(job: ReplayJob, logger: Logger): ReplayLoop {
    const { applicationId, cluster, producer, settings } = this.#parts;
    const common = { job, settings: LOOP_SETTINGS, progressIntervalMs: settings.progressIntervalMs, logger };
    // What a dry run would give up as a dead letter is counted as such, too, and goes nowhere.
    if (job.dryRun) return createReplayLoop({ ...common, adapter: new CountingAdapter(), deadLetters: NO_LETTERS });
    const groupId = replayGroupId(STREAM_REPLAYS, job);
    const deadLetters = createDeadLetters({ applicationId, groupId, cluster, producer, settings, logger });
    return createReplayLoop({ ...common, adapter: this.#adapter(job), deadLetters });
  }

  /** Copies arrive when they are copied, because a stream keeps events from their arrival on. */
  #adapter(job: ReplayJob): CopyAdapter {
    const { producer, findStream } = this.#parts;
    return new CopyAdapter({
      producer,
      targets: [this.#target(job)],
      findPartitions: (stream) => findStream(stream)?.partitions,
      route: () => 0,
      keepsTime: false,
    });
  }

  #target({ target }: ReplayJob): TargetStream {
    const { stream } = target as Extract<ReplayJob['target'], { type: 'stream' }>;
    const found = this.#parts.findStream(stream);
    if (found === undefined) throw new HerculesError('STREAM_NOT_FOUND', `There is no stream '${stream}' to copy to`);
    return found;
  }
}
