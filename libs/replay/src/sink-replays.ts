import type { BatchingProducer, KafkaCluster } from '@hercules/kafka';
import { matchesPattern } from '@hercules/metadata';
import { HerculesError, type Logger } from '@hercules/protocol';
import { createDeadLetters, type SinkAdapter, type SinkConfig } from '@hercules/sink';
import type { ReplayConfig } from './config.ts';
import type { ReplayJob } from './replay-job.ts';
import { createReplayLoop, replayGroupId, type ReplayLoop } from './replay-loop.ts';
import type { ReplayExecutor } from './replay-runner.ts';

export interface SinkReplayParts<B> {
  readonly applicationId: string;
  /** What targets call the sink. */
  readonly name: string;
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  readonly sink: SinkConfig;
  readonly replays: Pick<ReplayConfig, 'progressIntervalMs'>;
  /**
   * An adapter like the live one, but of its own, that writes to indexes or tables with the suffix.
   * @throws HerculesError when there is no such thing as a suffix here
   */
  readonly createAdapter: (suffix: string | undefined, logger: Logger) => SinkAdapter<B>;
}

/** Replays through a sink's own pipeline: those whose target names the sink. */
export class SinkReplays<B> implements ReplayExecutor {
  readonly #parts: SinkReplayParts<B>;

  constructor(parts: SinkReplayParts<B>) {
    this.#parts = parts;
  }

  accepts({ dryRun, target }: ReplayJob): boolean {
    return !dryRun && target.type === 'sink' && target.sink === this.#parts.name;
  }

  open(job: ReplayJob, logger: Logger): ReplayLoop {
    const { applicationId, name, cluster, producer, sink, replays, createAdapter } = this.#parts;
    if (!isReadBy(sink, job.stream)) {
      const excluded = sink.exclusions.length === 0 ? '' : ` except ${sink.exclusions.join(', ')}`;
      throw new HerculesError(
        'INVALID_ARGUMENT',
        `the sink ${name} is for streams named ${sink.patterns.join(', ')}${excluded}, not for ${job.stream}`,
      );
    }
    const { suffix } = job.target.type === 'sink' ? job.target : {};
    return createReplayLoop({
      job,
      adapter: createAdapter(suffix, logger),
      deadLetters: createDeadLetters({ applicationId, groupId: replayGroupId(name, job), cluster, producer, settings: sink, logger }),
      settings: sink,
      progressIntervalMs: replays.progressIntervalMs,
      logger,
    });
  }
}

/** Whether the sink reads the stream live. A pipeline that does not know a stream's events would only fill the dead letters with them. */
function isReadBy({ patterns, exclusions }: Pick<SinkConfig, 'patterns' | 'exclusions'>, stream: string): boolean {
  const isNamed = (list: readonly string[]): boolean => list.some((pattern) => matchesPattern(pattern, stream));
  return isNamed(patterns) && !isNamed(exclusions);
}
