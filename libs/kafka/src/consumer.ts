import { HerculesError, type Logger } from '@hercules/protocol';
import { AssignedPartition, UNKNOWN_POSITION } from './assigned-partition.ts';
import { BROKER_ERROR } from './broker-error-codes.ts';
import type { ClusterAccess } from './cluster-access.ts';

import type { KafkaCluster } from './cluster.ts';
import { consumerSettings, type ConsumerOptions, type ConsumerSettings } from './consumer-options.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { GroupMembership } from './group-membership.ts';
import type { PartitionOffset } from './group-requests.ts';
import { listOffsets } from './list-offsets.ts';
import { MetadataWatch } from './metadata-watch.ts';
import { CommitRefused, OffsetCommitter } from './offset-committer.ts';
import { FetcherStats, PartitionFetcher } from './partition-fetcher.ts';
import { pause, settledWithin } from './pause.ts';
import type { RecordBlock, TopicPartition } from './record-block.ts';
import { Subscription } from './subscription.ts';

export interface ConsumerHandler {
  /**
   * Takes a block over; `release` must be called for it once. A block may hold no record (control batches, compacted offsets): its
   * `lastOffset` still moves the position. What this throws is reported, and the block comes again after a pause.
   */
  onBlock(block: RecordBlock): void;
  /** Finish or abandon the partitions' records; commits are taken until this resolves. Bounded by the rebalance timeout. */
  onRevoked(partitions: TopicPartition[]): Promise<void>;
  onAssigned?(partitions: AssignedOffset[]): void;
  /** Everything that is not healed silently; it is logged in any case. */
  onError?(error: Error): void;
}

export interface PartitionLag extends TopicPartition {
  lag: number;
}

/** A partition that was assigned, and what the group knows of it. */
export interface AssignedOffset extends TopicPartition {
  /** Next offset to read; −1 = nothing is committed. */
  readonly committed: number;
  /** What was committed together with the offset. */
  readonly metadata: string;
}

/** The end of an assigned partition as a broker has told it. */
export interface PartitionEnd extends TopicPartition {
  /** Offset after the last record that consumers may see; −1 = not known yet. */
  readonly highWatermark: number;
  /** How long ago a broker said so, in ms. */
  readonly ageMs: number;
  /** Offset that is fetched next; −1 = not known yet. */
  readonly position: number;
}

/** Plain counters; read them at any time. */
export class ConsumerStats extends FetcherStats {
  rebalances = 0;
  commits = 0;
  failedCommits = 0;
  /** Offsets that were not committed because the partition belonged to another member by then. */
  refusedOffsets = 0;
  errors = 0;
  /** Times that the event loop was held up for longer than a heartbeat interval. */
  blockedLoops = 0;
  bufferedBytes = 0;
}

interface RejoinRequest {
  reason: string;
  /** The partitions may already belong to others. */
  lost: boolean;
}

const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 2000;
const COMMIT_DEADLINE_MS = 10_000;
/** Part of the rebalance timeout that `onRevoked` may use; the rest is for joining. */
const REVOKE_SHARE = 0.8;
/** Bounds of the steps of `stop`, which together stay below 2 s. */
const STOP_REVOKE_MS = 600;
const STOP_STEP_MS = 400;
/** The high watermark of a partition that is not fetched is asked for when it is older than this, so that the lag stays true. */
const WATERMARK_AGE_MS = 5000;

/**
 * One member of a consumer group that reads whole record batches (sinks §1): topics by patterns, blocks instead of records, offsets
 * committed by the handler alone. It recovers from broker outages, moved leaders and coordinators, and rebalances without a restart.
 *
 * It has connections of its own, apart from the cluster's: a broker answers the requests of a connection one after the other, so a long
 * poll or a JoinGroup would hold up everything behind it.
 */
export class BatchConsumer {
  readonly #settings: ConsumerSettings;
  readonly #handler: ConsumerHandler;
  readonly #logger: Logger;
  readonly #subscription: Subscription;
  readonly #dataCluster: ClusterAccess;
  readonly #groupCluster: ClusterAccess;
  readonly #coordinator: GroupCoordinator;
  readonly #membership: GroupMembership;
  readonly #committer: OffsetCommitter;
  readonly #fetcher: PartitionFetcher;
  readonly #watch: MetadataWatch;
  readonly #stats = new ConsumerStats();
  readonly #stopSignal = new AbortController();
  /** Topics and partitions that existed at the start; only those are read from the latest offset when that is wanted. */
  readonly #seenAtStart = new Map<string, number>();
  #owned: readonly AssignedPartition[] = [];
  #joinedAs = '';
  #joining = false;
  #rejoin: RejoinRequest | undefined;
  #wakeGroupLoop: () => void = () => undefined;
  #groupLoop: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  /** @throws HerculesError BAD_CONFIG for options or patterns that cannot be */
  constructor(cluster: KafkaCluster, options: ConsumerOptions, handler: ConsumerHandler, logger: Logger) {
    this.#settings = consumerSettings(options);
    this.#subscription = new Subscription(options);
    this.#handler = handler;
    this.#logger = logger;
    this.#dataCluster = cluster.fork();
    this.#groupCluster = cluster.fork();
    this.#coordinator = new GroupCoordinator(this.#groupCluster, options.groupId);
    this.#membership = new GroupMembership(this.#coordinator, this.#settings, this.#requestRejoin, logger);
    this.#committer = new OffsetCommitter(this.#coordinator, logger);
    this.#watch = new MetadataWatch(this.#dataCluster, this.#settings.metadataRefreshMs, this.#onMetadata, logger);
    this.#fetcher = new PartitionFetcher(
      this.#dataCluster,
      this.#settings,
      {
        onBlock: (block) => handler.onBlock(block),
        onError: (error) => this.#report(error),
        onStaleMetadata: () => this.#watch.refreshSoon(),
        mayDeliver: () => this.#membership.isCertain,
      },
      logger,
    );
  }

  /**
   * Connects and begins to join the group; the first assignment comes through `onAssigned`.
   * @throws HerculesError KAFKA_UNAVAILABLE when no broker can be reached
   */
  async start(): Promise<void> {
    try {
      await Promise.all([this.#dataCluster.connect(), this.#groupCluster.connect()]);
      await this.#watch.refresh();
    } catch (error) {
      await Promise.allSettled([this.#dataCluster.close(), this.#groupCluster.close()]);
      throw error;
    }
    for (const [topic, partitions] of this.#dataCluster.partitionCounts()) this.#seenAtStart.set(topic, partitions);
    this.#watch.start();
    this.#groupLoop = this.#runGroup();
  }

  /** Hands out nothing more, lets the handler finish for a moment, leaves the group and closes the connections; takes less than 2 s. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** No blocks of the partition are handed out until `resume`. Nothing is kept meanwhile: it is fetched again. */
  pause(topic: string, partition: number): void {
    const found = this.#fetcher.find(topic, partition);
    if (found !== undefined) found.paused = true;
  }

  resume(topic: string, partition: number): void {
    const found = this.#fetcher.find(topic, partition);
    if (found === undefined || !found.paused) return;
    found.paused = false;
    this.#fetcher.wake();
  }

  /** The handler is done with a block. Fetching stops while blocks of more than `maxBufferedBytes` are not released. */
  release(block: RecordBlock): void {
    this.#fetcher.release(block);
  }

  /** Reads the partition on from `offset`; blocks fetched before are not handed out any more. Without effect when it is not assigned. */
  seek(topic: string, partition: number, offset: number): void {
    this.#fetcher.find(topic, partition)?.moveTo(offset);
    this.#fetcher.wake();
  }

  /**
   * Commits offsets (next to read). Partitions that are not assigned (any more) are left out, counted and logged. What Kafka may take later
   * is repeated for up to 10 s.
   * @throws HerculesError when Kafka did not take them; the records are then read again by whoever owns the partitions next
   */
  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const member = this.#membership.member;
    const owned =
      member === undefined ? [] : offsets.filter(({ topic, partition }) => this.#ownedPartition(topic, partition) !== undefined);
    this.#refuse(offsets.length - owned.length, 'partitions that are not assigned');
    if (member === undefined || owned.length === 0) return;
    try {
      const { committed, unknown } = await this.#committer.commit(member, owned, COMMIT_DEADLINE_MS);
      this.#stats.commits++;
      this.#refuse(unknown.length, 'topics that do not exist any more');
      for (const { topic, partition, offset } of committed) {
        const found = this.#ownedPartition(topic, partition);
        if (found !== undefined) found.committed = offset;
      }
    } catch (error) {
      this.#stats.failedCommits++;
      if (error instanceof CommitRefused && this.#membership.member?.generation === member.generation) {
        this.#membership.reportMembershipError(error.brokerCode);
      }
      throw error;
    }
  }

  assignment(): TopicPartition[] {
    return this.#owned.map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Records between the committed offset (or, before the first commit, where reading began) and the end of each assigned partition. */
  lag(): PartitionLag[] {
    return this.#owned.flatMap(({ topic, partition, position, committed, startedAt, highWatermark }) => {
      const from = [committed, startedAt, position].find((offset) => offset >= 0) ?? -1;
      return highWatermark < 0 || from < 0 ? [] : [{ topic, partition, lag: Math.max(0, highWatermark - from) }];
    });
  }

  /** Where each assigned partition ends, as the fetches tell. */
  ends(): PartitionEnd[] {
    const now = performance.now();
    return this.#owned.map(({ topic, partition, position, highWatermark, highWatermarkAt }) => {
      return { topic, partition, position, highWatermark, ageMs: now - highWatermarkAt };
    });
  }

  /** Partitions of all topics that this member subscribes to, whoever of the group has them. */
  get subscribedPartitions(): number {
    const counts = this.#dataCluster.partitionCounts();
    return this.#subscription.select(counts.keys()).reduce((sum, topic) => sum + counts.get(topic)!, 0);
  }

  get stats(): Readonly<ConsumerStats> {
    const stats = Object.assign(this.#stats, this.#fetcher.stats);
    stats.blockedLoops = this.#membership.blockedLoops;
    stats.bufferedBytes = this.#fetcher.bufferedBytes;
    return stats;
  }

  // ---- the group --------------------------------------------------------------------------------------------------------------

  async #runGroup(): Promise<void> {
    const signal = this.#stopSignal.signal;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.#join();
        attempt = 0;
        while (this.#rejoin === undefined && !signal.aborted) await new Promise<void>((resolve) => (this.#wakeGroupLoop = resolve));
        if (signal.aborted) return;
        await this.#revoke(this.#rejoin!);
      } catch (error) {
        if (signal.aborted) return;
        this.#reportUnlessRetryable(error);
        await pause(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt), signal);
      }
    }
  }

  async #join(): Promise<void> {
    this.#rejoin = undefined;
    const topics = this.#subscription.select(this.#dataCluster.partitionCounts().keys());
    this.#joinedAs = this.#describe(topics);
    this.#joining = true;
    let assigned: TopicPartition[];
    try {
      assigned = await this.#membership.join(topics, () => this.#freshCounts());
    } finally {
      this.#joining = false;
    }
    this.#stats.rebalances++;
    const partitions = await this.#withPositions(assigned);
    if (partitions === undefined || this.#stopSignal.signal.aborted) return;
    this.#owned = partitions;
    this.#logger.info(
      {
        groupId: this.#settings.groupId,
        generation: this.#membership.member?.generation,
        topics: topics.length,
        partitions: partitions.length,
      },
      'partitions are assigned',
    );
    this.#handler.onAssigned?.(
      partitions.map(({ topic, partition, committed, committedMetadata }) => ({
        topic,
        partition,
        committed,
        metadata: committedMetadata,
      })),
    );
    this.#fetcher.assign(partitions);
  }

  /** The leader shares out other members' topics too, so it looks at the cluster as it is now. */
  async #freshCounts(): Promise<ReadonlyMap<string, number>> {
    await this.#watch.refresh();
    return this.#dataCluster.partitionCounts();
  }

  /** Start positions of newly assigned partitions; undefined when the group moved on before they were known. */
  async #withPositions(assigned: readonly TopicPartition[]): Promise<AssignedPartition[] | undefined> {
    for (let attempt = 0; this.#rejoin === undefined && !this.#stopSignal.signal.aborted; attempt++) {
      try {
        const offsets = await this.#committer.committed(assigned);
        return assigned.map(({ topic, partition }) => {
          const known = offsets.find((offset) => offset.topic === topic && offset.partition === partition);
          const committed = known?.offset ?? -1;
          const isNew = partition >= (this.#seenAtStart.get(topic) ?? 0);
          const startPoint = this.#settings.fromBeginning || isNew ? 'earliest' : 'latest';
          const result = new AssignedPartition(topic, partition, committed >= 0 ? committed : UNKNOWN_POSITION, startPoint);
          result.committed = committed;
          result.committedMetadata = known?.metadata ?? '';
          return result;
        });
      } catch (error) {
        this.#reportUnlessRetryable(error);
        await pause(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt), this.#stopSignal.signal);
      }
    }
    return undefined;
  }

  async #revoke({ reason, lost }: RejoinRequest): Promise<void> {
    this.#logger.info(
      { groupId: this.#settings.groupId, reason, partitions: this.#owned.length },
      'partitions are given back to join the group anew',
    );
    await this.#endAssignment(lost ? this.#settings.sessionTimeoutMs : this.#settings.rebalanceTimeoutMs * REVOKE_SHARE);
  }

  /** Hands out nothing more, lets the handler come to an end, and only then gives up the right to commit. */
  #endAssignment(boundMs: number): Promise<void> {
    return (this.#ending ??= this.#askHandlerToEnd(boundMs).finally(() => (this.#ending = undefined)));
  }

  async #askHandlerToEnd(boundMs: number): Promise<void> {
    const partitions = this.assignment();
    this.#fetcher.assign([]);
    if (partitions.length > 0) {
      try {
        const inTime = await settledWithin(this.#handler.onRevoked(partitions), boundMs);
        if (!inTime)
          this.#report(new HerculesError('TIMEOUT', `onRevoked took longer than ${Math.round(boundMs)} ms and is not waited for`));
      } catch (error) {
        this.#report(asError(error));
      }
    }
    this.#owned = [];
  }

  readonly #requestRejoin = (reason: string, lost: boolean): void => {
    if (this.#rejoin !== undefined || this.#joining) return;
    this.#rejoin = { reason, lost };
    this.#wakeGroupLoop();
  };

  // ---- metadata ---------------------------------------------------------------------------------------------------------------

  readonly #onMetadata = (): void => {
    if (this.#membership.member !== undefined && !this.#joining) {
      const now = this.#describe(this.#subscription.select(this.#dataCluster.partitionCounts().keys()));
      if (now !== this.#joinedAs) this.#requestRejoin('the topics or their partitions have changed', false);
    }
    this.#fetcher.wake();
    void this.#refreshWatermarks();
  };

  /** What a change of means that the group has to share out anew. */
  #describe(topics: readonly string[]): string {
    const counts = this.#dataCluster.partitionCounts();
    return topics.map((topic) => `${topic}:${counts.get(topic)}`).join(',');
  }

  async #refreshWatermarks(): Promise<void> {
    const now = performance.now();
    const stale = this.#owned.filter(({ highWatermarkAt }) => now - highWatermarkAt > WATERMARK_AGE_MS);
    for (const partition of stale) partition.highWatermarkAt = now;
    for (const { topic, partition, offset, errorCode } of await listOffsets(this.#dataCluster, stale, 'latest')) {
      const found = this.#ownedPartition(topic, partition);
      if (found !== undefined && errorCode === BROKER_ERROR.NONE) found.highWatermark = Math.max(found.highWatermark, offset);
    }
  }

  // ---- stopping and reporting -------------------------------------------------------------------------------------------------

  async #stop(): Promise<void> {
    this.#stopSignal.abort();
    this.#wakeGroupLoop();
    this.#watch.stop();
    await this.#step('give the partitions back', this.#endAssignment(STOP_REVOKE_MS), STOP_REVOKE_MS);
    const joining = this.#joining;
    // A JoinGroup that waits for the others occupies its connection, so the farewell goes another way; it also ends that waiting.
    const coordinator = joining ? new GroupCoordinator(this.#dataCluster, this.#settings.groupId) : this.#coordinator;
    const fetching = this.#fetcher.stop();
    await this.#step('leave the group', this.#membership.leave(coordinator));
    await this.#step('end fetching and joining', Promise.all([fetching, this.#groupLoop]));
    await this.#step('close the connections', Promise.all([this.#dataCluster.close(), this.#groupCluster.close()]));
  }

  async #step(what: string, work: Promise<unknown>, boundMs = STOP_STEP_MS): Promise<void> {
    try {
      if (!(await settledWithin(work, boundMs))) this.#logger.warn({}, `the consumer did not ${what} in time; it stops all the same`);
    } catch (error) {
      this.#logger.warn({ err: error }, `the consumer could not ${what}; it stops all the same`);
    }
  }

  #ownedPartition(topic: string, partition: number): AssignedPartition | undefined {
    return this.#fetcher.find(topic, partition) ?? this.#owned.find((owned) => owned.topic === topic && owned.partition === partition);
  }

  #refuse(count: number, what: string): void {
    if (count === 0) return;
    this.#stats.refusedOffsets += count;
    this.#logger.warn({ offsets: count }, `offsets of ${what} are not committed`);
  }

  /** What another try is likely to heal is not an error yet. */
  #reportUnlessRetryable(error: unknown): void {
    if (error instanceof HerculesError && error.retryable) this.#logger.warn({ err: error }, 'the consumer cannot go on now; trying again');
    else this.#report(asError(error));
  }

  #report(error: Error): void {
    this.#stats.errors++;
    this.#logger.error({ err: error }, 'the consumer met an error; it goes on');
    try {
      this.#handler.onError?.(error);
    } catch (inner) {
      this.#logger.error({ err: inner }, 'the error handler itself failed');
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
