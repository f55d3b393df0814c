import type { TopicPartition } from './record-block.ts';

/** Where to read from when there is no position. */
export type StartPoint = 'earliest' | 'latest';

/** The position while it is not known yet: the offsets of the log's ends have to be asked for. */
export const UNKNOWN_POSITION = -1;

/** A partition that this reader has been given, and how far it has got. */
export class AssignedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to fetch; `UNKNOWN_POSITION` while it has to be looked up by `startPoint`. */
  position: number;
  startPoint: StartPoint;
  /** Next offset to read as the group knows it; −1 = nothing committed. */
  committed = -1;
  /** What was committed together with that offset when the partition was assigned. */
  committedMetadata = '';
  /** Where reading began for want of a committed offset; −1 = not known, or not looked up because there is one. */
  startedAt = -1;
  /** −1 until the first answer of the broker. */
  highWatermark = -1;
  highWatermarkAt = 0;
  paused = false;
  /** Grows whenever what was fetched before is void: seek, roll-back, revocation. */
  version = 0;
  /** The fetch that is under way for the present version; 0 = none whose answer counts. */
  round = 0;
  /** Fetches under way or being handed out; while there are any, only `nodeId` may fetch it, so that offsets stay in order. */
  busy = 0;
  nodeId = -1;
  failures = 0;
  /** Not fetched before this time (performance.now()). */
  retryAt = 0;
  /** An unknown position is being looked up. */
  locating = false;

  constructor(topic: string, partition: number, position: number, startPoint: StartPoint) {
    this.topic = topic;
    this.partition = partition;
    this.position = position;
    this.startPoint = startPoint;
  }

  /** Reads on from `position`; whatever was fetched before is void. */
  moveTo(position: number): void {
    this.position = position;
    this.version++;
    this.round = 0;
  }

  /** Waits before the next try, longer after every failure in a row. */
  backOff(firstMs: number, maxMs: number): void {
    this.retryAt = performance.now() + Math.min(maxMs, firstMs * 2 ** Math.min(this.failures, 10));
    this.failures++;
  }
}
