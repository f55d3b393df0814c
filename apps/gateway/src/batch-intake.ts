import type { AuditCounts, BatchTally } from '@hercules/audit';
import { Delivery, type BatchingProducer } from '@hercules/kafka';
import { BatchChecker, HerculesError, ProtocolError, type CheckLimits } from '@hercules/protocol';
import type { FailureLog } from './failure-log.ts';
import type { IntakeCounters } from './intake-counters.ts';
import { UUID_END, UUID_START } from './partitioner.ts';
import type { StreamRoute } from './stream-access.ts';

/** One batch on its way from a receiver to Kafka. A receiver's request object is one, so that a request costs few closures. */
export interface BatchSubmission {
  readonly route: StreamRoute;
  /** Bytes of the batch when unpacked, for the wait for memory. */
  readonly batchLength: number;
  /** True once the client has gone: nothing that has not been appended yet is worth doing. */
  readonly isAbandoned: boolean;
  /**
   * Where each event begins, and the last one ends, if whoever has made the batch knows that its events are what the limits want: it is not checked again then.
   */
  readonly bounds?: Uint32Array | undefined;
  /**
   * Gives the batch's bytes (protocol §6). Called at most once, when there is memory for the events, so that a packed batch is unpacked only
   * then. May throw HerculesError. The bytes are free again when {@link onAppended} or {@link onRefused} is called.
   */
  takeBatch(): Buffer;
  /** Every event is checked and in the producer's hands: the numbers of events taken and dropped by the filter. */
  onAppended(accepted: number, filtered: number): void;
  /** After {@link onAppended}: Kafka has acknowledged every event, or will not. */
  onDelivered(error: HerculesError | undefined): void;
  /** Instead of {@link onAppended}: nothing of the batch was taken. */
  onRefused(error: HerculesError): void;
}

/** What the intake needs of libs/kafka's producer. */
export type EventProducer = Pick<
  BatchingProducer,
  'append' | 'bufferedBytes' | 'hasRoom' | 'partitionCount' | 'prepareTopic' | 'waitForRoom'
>;

export interface IntakeOptions {
  readonly limits: Partial<CheckLimits>;
  /** Longest wait for room in the producer's buffer, in ms. */
  readonly roomTimeoutMs: number;
  /** The producer's bound, in bytes; a batch above it is taken when the buffer is empty. */
  readonly maxBufferedBytes: number;
  /** Lets the producer see topics as they are now. */
  refreshTopics(): Promise<void>;
}

/** How long Kafka may acknowledge nothing while the buffer is full before new batches are refused without a wait. */
const STALLED_AFTER_MS = 2000;
/** How often the topics are looked at again while one has fewer partitions than the metadata say. */
const TOPIC_REFRESH_MS = 1000;
const MIN_BATCH_BYTES = 4;

/**
 * The way of a batch that all receivers share: wait for memory, check all of it, drop what the content filter refuses, append every event to
 * the open record batch of its partition, report the delivery. A batch is all or nothing: the first append comes after the last check
 * (the original produces the events before a bad one).
 */
export class BatchIntake {
  readonly counters: IntakeCounters;
  readonly #producer: EventProducer;
  readonly #options: IntakeOptions;
  readonly #failures: FailureLog;
  readonly #audit: Pick<AuditCounts, 'begin'> | undefined;
  readonly #checker: BatchChecker;
  #topicsRefreshedMs = -Infinity;
  /** For each event of the batch in hand, 1 if the content filter lets it pass. */
  #passes = new Uint8Array(1024);
  /** Batches that wait for room; who comes later must not overtake them. */
  #waitingForRoom = 0;
  /** When Kafka last acknowledged something, or had nothing to acknowledge. */
  #lastProgressMs = 0;

  /** @param audit counts what Kafka has acknowledged */
  constructor(
    producer: EventProducer,
    options: IntakeOptions,
    counters: IntakeCounters,
    failures: FailureLog,
    audit?: Pick<AuditCounts, 'begin'>,
  ) {
    this.#audit = audit;
    this.#failures = failures;
    this.#producer = producer;
    this.#options = options;
    this.#checker = new BatchChecker(options.limits);
    this.counters = counters;
  }

  /** Takes a batch. The submission is told what became of it: see {@link BatchSubmission}; callbacks may come before this returns. */
  submit(submission: BatchSubmission): void {
    const { topic, expectedPartitions, quota } = submission.route;
    const refusal = quota?.refusal();
    if (refusal !== undefined) return submission.onRefused(refusal);
    const partitions = this.#producer.partitionCount(topic);
    if (partitions < expectedPartitions) {
      if (partitions === 0) return this.#prepareTopic(submission);
      this.#refreshTopics();
    }
    if (this.#waitingForRoom === 0 && this.#hasRoom(submission.batchLength)) this.#append(submission, partitions);
    else this.#waitForRoom(submission, performance.now() + this.#options.roomTimeoutMs);
  }

  #prepareTopic(submission: BatchSubmission): void {
    this.#producer.prepareTopic(submission.route.topic).then(
      (partitions) => {
        if (partitions > 0) this.submit(submission);
        else submission.onRefused(topicUnavailable(submission.route.topic, undefined));
      },
      (error: unknown) => submission.onRefused(topicUnavailable(submission.route.topic, error)),
    );
  }

  /** A topic grew and the producer has not noticed: ask again, but not with every batch. Until then the old partitions take the events. */
  #refreshTopics(): void {
    const nowMs = performance.now();
    if (nowMs - this.#topicsRefreshedMs < TOPIC_REFRESH_MS) return;
    this.#topicsRefreshedMs = nowMs;
    // A failure shows when events cannot be delivered; nothing is lost by it here.
    this.#options.refreshTopics().catch(() => undefined);
  }

  #hasRoom(bytes: number): boolean {
    return this.#producer.hasRoom(Math.min(bytes, this.#options.maxBufferedBytes));
  }

  #waitForRoom(submission: BatchSubmission, deadlineMs: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastProgressMs > STALLED_AFTER_MS) {
      return submission.onRefused(new HerculesError('KAFKA_UNAVAILABLE', 'Kafka does not acknowledge and the buffer is full'));
    }
    const leftMs = deadlineMs - nowMs;
    if (leftMs <= 0) return submission.onRefused(new HerculesError('THROTTLED', 'The buffer for Kafka is full'));
    this.counters.delayedBatches++;
    const bytes = Math.min(submission.batchLength, this.#options.maxBufferedBytes);
    this.#waitingForRoom++;
    const onRoom = (): void => {
      this.#waitingForRoom--;
      // Others may have been woken by the same acknowledgement and have taken the room already.
      if (this.#hasRoom(bytes)) this.#append(submission, this.#producer.partitionCount(submission.route.topic));
      else this.#waitForRoom(submission, deadlineMs);
    };
    this.#producer.waitForRoom(bytes, Math.min(leftMs, STALLED_AFTER_MS)).then(onRoom, onRoom);
  }

  #append(submission: BatchSubmission, partitions: number): void {
    if (submission.isAbandoned) return submission.onRefused(new HerculesError('TIMEOUT', 'The client has gone'));
    const { filter, topic, partitioner, quota } = submission.route;
    let batch: Buffer;
    let bounds: Uint32Array;
    let count: number;
    let filtered = 0;
    try {
      batch = submission.takeBatch();
      count = submission.bounds === undefined ? this.#check(batch) : batch.readInt32BE(0);
      bounds = submission.bounds ?? this.#checker.bounds;
      if (filter !== undefined) filtered = this.#applyFilter(filter, batch, bounds, count);
    } catch (error) {
      return submission.onRefused(asHerculesError(error));
    }
    const producer = this.#producer;
    if (producer.bufferedBytes === 0) this.#lastProgressMs = performance.now();
    const nowMs = Date.now();
    const delivery = new Delivery();
    const tally = this.#audit?.begin(topic, nowMs);
    for (let i = 0; i < count; i++) {
      if (filtered > 0 && this.#passes[i] === 0) continue;
      const start = bounds[i]!;
      const end = bounds[i + 1]!;
      const partition = partitioner.partition(batch, start, end, partitions);
      producer.append(topic, partition, batch, start + UUID_START, start + UUID_END, batch, start, end, nowMs, delivery);
      tally?.add(batch, start, end);
    }
    this.#count(batch, count, filtered);
    quota?.charge(count - filtered, batch.length);
    submission.onAppended(count - filtered, filtered);
    delivery.onSettled((error) => this.#onSettled(submission, error, tally));
    delivery.seal();
  }

  /** The number of events in the batch, all of them good; their bounds are the checker's then. */
  #check(batch: Buffer): number {
    if (batch.length < MIN_BATCH_BYTES) {
      throw new HerculesError('MALFORMED_BATCH', `The batch ends after ${batch.length} bytes, within its count of events`);
    }
    return this.#checker.check(batch);
  }

  #applyFilter(filter: NonNullable<StreamRoute['filter']>, batch: Buffer, bounds: Uint32Array, count: number): number {
    if (this.#passes.length < count) this.#passes = new Uint8Array(count * 2);
    let filtered = 0;
    for (let i = 0; i < count; i++) {
      const passes = filter.accepts(batch, bounds[i]!, bounds[i + 1]!);
      this.#passes[i] = passes ? 1 : 0;
      if (!passes) filtered++;
    }
    return filtered;
  }

  #count(batch: Buffer, count: number, filtered: number): void {
    const { counters } = this;
    counters.acceptedEvents += count - filtered;
    counters.filteredEvents += filtered;
    counters.acceptedBytes += batch.length;
  }

  #onSettled(submission: BatchSubmission, error: HerculesError | undefined, tally: BatchTally | undefined): void {
    tally?.settle(error === undefined);
    if (error === undefined) this.#lastProgressMs = performance.now();
    else this.counters.failedBatches++;
    try {
      submission.onDelivered(error === undefined ? undefined : deliveryFailure(error));
    } catch (failure) {
      // The producer calls from the midst of its own work, which must not suffer from a receiver's fault.
      this.#failures.failed(failure, 'a receiver failed to answer a request');
    }
  }
}

/**
 * What a client is told whose events were taken and then not acknowledged (apis §3, row 17). It must repeat them, so no code of a refusal is good
 * here: not that of a stop, and not that of a size, because the record that is too large may be another request's.
 */
function deliveryFailure(error: HerculesError): HerculesError {
  switch (error.code) {
    case 'KAFKA_UNAVAILABLE':
      return error;
    case 'SHUTTING_DOWN':
      return new HerculesError('KAFKA_UNAVAILABLE', 'Kafka did not acknowledge the events before the gateway stopped', { cause: error });
    case 'STREAM_NOT_FOUND':
      return new HerculesError('KAFKA_UNAVAILABLE', error.message, { cause: error });
    default:
      return new HerculesError('INTERNAL', error.message, { cause: error });
  }
}

/** The metadata know the stream, so a missing topic is a fault that may pass, and the producer shall repeat the request. */
function topicUnavailable(topic: string, cause: unknown): HerculesError {
  return new HerculesError('KAFKA_UNAVAILABLE', `Kafka does not offer the topic of stream ${JSON.stringify(topic)} now`, { cause });
}

/** Errors of checks get the position into their text; anything unexpected becomes INTERNAL without telling its text to the client. */
export function asHerculesError(error: unknown): HerculesError {
  if (error instanceof ProtocolError && error.eventIndex >= 0) {
    const { eventIndex, byteOffset, kind, message } = error;
    const text = `Event ${eventIndex} of the batch is not acceptable, at byte ${byteOffset}: ${message}`;
    return new HerculesError('INVALID_EVENT', text, { details: { eventIndex, byteOffset, kind } });
  }
  if (error instanceof HerculesError) return error;
  return new HerculesError('INTERNAL', 'The request could not be processed', { cause: error });
}
