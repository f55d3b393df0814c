import type { Audit, GroupLedger } from '@hercules/audit';
import { BatchConsumer, type KafkaCluster } from '@hercules/kafka';
import type { Timeline } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { type DeadLetters, type DeadLetterOptions, type MeasuredSink, type SinkConfig, SinkLoop } from '@hercules/sink';
import type { TimelineAdapter, TimelineBatch } from './timeline-adapter.ts';

/** The consumer group of a timeline. The doubled prefix is the original's (model §6): a timeline goes on where the original has stopped. */
export function timelineGroupId({ name, streams }: Timeline): string {
  return `hercules.hercules.sink.timeline.${name}.${streams.join(',')}`;
}

export interface TimelineSinkParts {
  readonly cluster: KafkaCluster;
  readonly audit: Pick<Audit, 'ledger'>;
  readonly adapter: TimelineAdapter;
  readonly createDeadLetters: (options: Pick<DeadLetterOptions, 'groupId'>) => Pick<DeadLetters, 'send'>;
  readonly settings: SinkConfig;
  readonly logger: Logger;
}

/** What reads the streams of one timeline and writes its table: a consumer group and a loop of its own. */
export class TimelineSink {
  readonly timeline: Timeline;
  readonly measured: MeasuredSink;
  readonly #loop: SinkLoop<TimelineBatch>;
  readonly #consumer: BatchConsumer;
  readonly #ledger: GroupLedger | undefined;

  constructor(timeline: Timeline, { cluster, audit, adapter, createDeadLetters, settings, logger }: TimelineSinkParts) {
    this.timeline = timeline;
    const groupId = timelineGroupId(timeline);
    this.#ledger = audit.ledger(groupId);
    this.#loop = new SinkLoop(adapter, createDeadLetters({ groupId }), settings, logger, this.#ledger);
    const { maxBufferedBytes, sessionTimeoutMs } = settings;
    this.#consumer = new BatchConsumer(
      cluster,
      { groupId, topics: timeline.streams, maxBufferedBytes, sessionTimeoutMs },
      this.#loop,
      logger,
    );
    this.measured = { labels: { sink: `timeline/${timeline.name}` }, loop: this.#loop, consumer: this.#consumer };
  }

  start(): Promise<void> {
    return this.#loop.start(this.#consumer);
  }

  /** A timeline may go while the app stays: its counts go with it. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#ledger?.close();
  }
}
