import type { RecordBatchBuilder } from './record-batch-builder.ts';

/** An idempotent producer's identity towards one partition's leader (KIP-98). */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** What waits for one partition. At most one batch is under way, so that a retry cannot change the order. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** The batch that takes new records. */
  open: RecordBatchBuilder | undefined;
  /** Closed batches, the oldest first. */
  readonly closed: RecordBatchBuilder[] = [];
  underWay: RecordBatchBuilder | undefined;
  /** Not before this time (ms of the monotonic clock) is the oldest batch sent again. */
  notBefore = 0;
  /** Failed tries since the last success: the wait before the next one grows with them. */
  failures = 0;
  /** Undefined: a new one is needed before the next batch. */
  identity: ProducerIdentity | undefined;
  nextSequence = 0;
  /** Since when Kafka says that the partition is not there, ms of the monotonic clock; 0 = it does not. */
  unknownSince = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get isIdle(): boolean {
    return this.open === undefined && this.closed.length === 0 && this.underWay === undefined;
  }

  closeOpen(): void {
    if (this.open === undefined) return;
    this.closed.push(this.open);
    this.open = undefined;
  }

  /** Whether a batch was sent once and Kafka's answer is not known: its sequence numbers may be taken. */
  get headIsInDoubt(): boolean {
    return this.closed[0] !== undefined && this.closed[0].attempts > 0;
  }

  /** A batch of unknown fate is given up: its sequence numbers may be taken or not, so the next one needs a new identity. */
  forgetIdentity(): void {
    this.identity = undefined;
    this.nextSequence = 0;
  }
}
