import { HerculesError, type Logger } from '@hercules/protocol';
import { UNKNOWN_POSITION, type AssignedPartition } from './assigned-partition.ts';
import { BROKER_ERROR, brokerErrorName, isLeadershipError } from './broker-error-codes.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { decodeFetchResponse, encodeFetchRequest, FETCH_API, type FetchedPartition, type FetchResponse } from './fetch-request.ts';
import { listOffsets } from './list-offsets.ts';
import { RecordBatchDecoder } from './record-batch-decoder.ts';
import { RecordColumns, type RecordBlock } from './record-block.ts';

export interface FetcherOptions {
  maxWaitMs: number;
  minBytes: number;
  maxBytesPerPartition: number;
  maxBufferedBytes: number;
  checkCrcs: boolean;
}

export interface FetcherEvents {
  /** Takes a block over. A block whose handler throws is given out again after a pause. */
  onBlock(block: RecordBlock): void;
  /** Something that is not healed silently: a handler that threw, unreadable records, lost offsets, refused access. */
  onError(error: Error): void;
  /** The metadata is stale. */
  onStaleMetadata(): void;
  /** False: hand nothing out now. */
  mayDeliver(): boolean;
}

/** Plain counters; read them at any time. */
export class FetcherStats {
  fetches = 0;
  failedFetches = 0;
  blocks = 0;
  records = 0;
  bytes = 0;
  /** Positions that lay outside of the log and were set to its beginning. */
  offsetResets = 0;
  unreadableBatches = 0;
  handlerErrors = 0;
}

/** A fetch under way or answered. */
interface Round {
  id: number;
  partitions: readonly AssignedPartition[];
  answer: Promise<FetchResponse | undefined>;
}

/** Fetched records of one partition on their way to the handler. */
interface FetchedRecords {
  partition: AssignedPartition;
  version: number;
  fromOffset: number;
  nextOffset: number;
  fetched: FetchedPartition;
}

const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
const MIN_RESPONSE_BYTES = 1024 * 1024;
/** The loop is given back to timers and sockets after this long. */
const SLICE_MS = 15;
const LEADERSHIP_BACKOFF_MS = [100, 2000] as const;
const CONTENT_BACKOFF_MS = [1000, 30_000] as const;

/**
 * Fetches the assigned partitions and hands their blocks out in the order of their offsets.
 *
 * One fetch is under way at each broker; the next one is sent before the last one's blocks are decoded and handed out, so that network and
 * handling overlap. A broker's loop ends when there is nothing to ask it for (paused, backing off, buffer full) and is started again by
 * whatever changes that: nothing spins, nothing polls.
 */
export class PartitionFetcher {
  readonly stats = new FetcherStats();
  readonly #cluster: ClusterAccess;
  readonly #options: FetcherOptions;
  readonly #events: FetcherEvents;
  readonly #logger: Logger;
  readonly #decoder: RecordBatchDecoder;
  readonly #loops = new Map<number, Promise<void>>();
  /** In the order of service: partitions that gave records go to the end. */
  #partitions: AssignedPartition[] = [];
  #byTopic = new Map<string, AssignedPartition[]>();
  #bufferedBytes = 0;
  #waitsForRoom = false;
  #retryTimer: NodeJS.Timeout | undefined;
  #lastRound = 0;
  #stopped = false;

  constructor(cluster: ClusterAccess, options: FetcherOptions, events: FetcherEvents, logger: Logger) {
    this.#cluster = cluster;
    this.#options = options;
    this.#events = events;
    this.#logger = logger;
    this.#decoder = new RecordBatchDecoder({ checkCrcs: options.checkCrcs });
  }

  /** Bytes of blocks given out and not released, and of fetched records that are about to be. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  get partitions(): readonly AssignedPartition[] {
    return this.#partitions;
  }

  find(topic: string, partition: number): AssignedPartition | undefined {
    return this.#byTopic.get(topic)?.[partition];
  }

  /** Replaces the assignment. Nothing of the former one is handed out any more. */
  assign(partitions: readonly AssignedPartition[]): void {
    for (const former of this.#partitions) former.moveTo(former.position);
    this.#partitions = [...partitions];
    this.#byTopic = new Map();
    for (const partition of partitions) {
      let list = this.#byTopic.get(partition.topic);
      if (list === undefined) this.#byTopic.set(partition.topic, (list = []));
      list[partition.partition] = partition;
    }
    this.wake();
  }

  /** Starts the loops that have something to fetch; called whenever that may have changed. */
  wake(): void {
    if (this.#stopped) return;
    const now = performance.now();
    const hasRoom = this.#hasRoom();
    const unlocated: AssignedPartition[] = [];
    for (const partition of this.#partitions) {
      if (partition.paused || partition.locating || partition.retryAt > now) continue;
      if (partition.position === UNKNOWN_POSITION) unlocated.push(partition);
      else if (hasRoom && this.#isFetchable(partition, now)) this.#startLoop(this.#cluster.leaderOf(partition.topic, partition.partition));
    }
    if (unlocated.length > 0) void this.#locate(unlocated);
    this.#wakeAtNextRetry(now);
  }

  /** The handler is done with a block; its bytes may be fetched anew. A second call for the same block does nothing. */
  release(block: RecordBlock): void {
    if (!(block instanceof RecordColumns) || !block.held) return;
    block.held = false;
    this.#bufferedBytes -= block.bytes;
    if (this.#waitsForRoom && this.#bufferedBytes < this.#options.maxBufferedBytes) {
      this.#waitsForRoom = false;
      this.wake();
    }
  }

  /** Ends all loops; resolves when the last fetch under way has come back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
    this.assign([]);
    await Promise.all(this.#loops.values());
  }

  // ---- fetching ---------------------------------------------------------------------------------------------------------------

  #hasRoom(): boolean {
    if (this.#bufferedBytes < this.#options.maxBufferedBytes) return true;
    this.#waitsForRoom = true;
    return false;
  }

  #wakeAtNextRetry(now: number): void {
    let retryAt = Infinity;
    for (const partition of this.#partitions) {
      if (!partition.paused && partition.retryAt > now) retryAt = Math.min(retryAt, partition.retryAt);
    }
    clearTimeout(this.#retryTimer);
    if (retryAt !== Infinity) this.#retryTimer = setTimeout(() => this.wake(), Math.ceil(retryAt - now));
  }

  #isFetchable(partition: AssignedPartition, now: number): boolean {
    if (partition.paused || partition.position === UNKNOWN_POSITION || partition.retryAt > now) return false;
    const leader = this.#cluster.leaderOf(partition.topic, partition.partition);
    if (leader < 0) {
      partition.backOff(...LEADERSHIP_BACKOFF_MS);
      this.#events.onStaleMetadata();
      return false;
    }
    return partition.busy === 0 || partition.nodeId === leader;
  }

  #startLoop(nodeId: number): void {
    if (nodeId < 0 || this.#loops.has(nodeId)) return;
    const loop = this.#run(nodeId)
      .catch((error: unknown) => this.#events.onError(asError(error)))
      .finally(() => {
        this.#loops.delete(nodeId);
        this.wake();
      });
    this.#loops.set(nodeId, loop);
  }

  async #run(nodeId: number): Promise<void> {
    let round = this.#send(nodeId);
    while (round !== undefined) {
      const response = await round.answer;
      const fetched = response === undefined ? [] : this.#accept(round, response);
      const next = this.#send(nodeId);
      if (response !== undefined) await this.#deliver(fetched, response.buffer);
      for (const partition of round.partitions) partition.busy--;
      round = next ?? this.#send(nodeId);
    }
  }

  /** Sends a fetch for whatever this broker leads; undefined when there is nothing to ask for. */
  #send(nodeId: number): Round | undefined {
    if (this.#stopped || !this.#hasRoom()) return undefined;
    const now = performance.now();
    const partitions = this.#partitions.filter(
      (partition) => this.#isFetchable(partition, now) && this.#cluster.leaderOf(partition.topic, partition.partition) === nodeId,
    );
    if (partitions.length === 0) return undefined;
    const id = ++this.#lastRound;
    for (const partition of partitions) {
      partition.round = id;
      partition.nodeId = nodeId;
      partition.busy++;
    }
    const { maxWaitMs, minBytes, maxBytesPerPartition } = this.#options;
    const room = this.#options.maxBufferedBytes - this.#bufferedBytes;
    const maxBytes = Math.min(MAX_RESPONSE_BYTES, Math.max(MIN_RESPONSE_BYTES, room));
    const body = encodeFetchRequest(partitions, { maxWaitMs, minBytes, maxBytes, maxBytesPerPartition });
    this.stats.fetches++;
    const answer = this.#cluster.request(nodeId, FETCH_API, body, decodeFetchResponse).catch((error: unknown) => {
      this.#requestFailed(nodeId, partitions, error);
      return undefined;
    });
    return { id, partitions, answer };
  }

  #requestFailed(nodeId: number, partitions: readonly AssignedPartition[], error: unknown): void {
    this.stats.failedFetches++;
    const first = partitions.every((partition) => partition.failures === 0);
    for (const partition of partitions) partition.backOff(...LEADERSHIP_BACKOFF_MS);
    if (this.#stopped) return;
    if (first) this.#logger.warn({ err: error, nodeId }, 'a broker does not answer fetches; trying until it or another one does');
    this.#events.onStaleMetadata();
  }

  /** Takes positions and errors from a response, so that the next fetch can be sent; record bytes are not looked at yet. */
  #accept(round: Round, response: FetchResponse): FetchedRecords[] {
    const accepted: FetchedRecords[] = [];
    if (response.errorCode !== BROKER_ERROR.NONE) {
      const error = new HerculesError('KAFKA_UNAVAILABLE', `fetch was answered with ${brokerErrorName(response.errorCode)}`);
      this.#requestFailed(round.partitions[0]!.nodeId, round.partitions, error);
      return accepted;
    }
    const now = performance.now();
    for (const fetched of response.partitions) {
      const partition = this.find(fetched.topic, fetched.partition);
      if (partition === undefined || partition.round !== round.id) continue;
      if (fetched.errorCode !== BROKER_ERROR.NONE) {
        this.#partitionFailed(partition, fetched.errorCode);
        continue;
      }
      partition.highWatermark = fetched.highWatermark;
      partition.highWatermarkAt = now;
      const bytes = fetched.recordsEnd - fetched.recordsStart;
      if (bytes === 0) {
        partition.failures = 0;
        continue;
      }
      const fromOffset = partition.position;
      try {
        partition.position = this.#decoder.nextOffset(response.buffer, fetched.recordsStart, fetched.recordsEnd, fromOffset);
      } catch (error) {
        this.#unreadable(partition, fromOffset, error);
        continue;
      }
      if (partition.position === fromOffset) {
        // Only a part of a batch came, because other partitions filled the response; being near the front next time brings all of it.
        partition.backOff(...LEADERSHIP_BACKOFF_MS);
        continue;
      }
      this.#bufferedBytes += bytes;
      accepted.push({ partition, version: partition.version, fromOffset, nextOffset: partition.position, fetched });
    }
    if (accepted.length > 0 && this.#partitions.length > accepted.length) {
      const served = new Set(accepted.map(({ partition }) => partition));
      this.#partitions = [...this.#partitions.filter((p) => !served.has(p)), ...this.#partitions.filter((p) => served.has(p))];
    }
    return accepted;
  }

  #partitionFailed(partition: AssignedPartition, code: number): void {
    const { topic, partition: number, position } = partition;
    if (code === BROKER_ERROR.OFFSET_OUT_OF_RANGE) {
      this.stats.offsetResets++;
      const message = `offset ${position} of ${topic}/${number} is not in the log any more; reading from the earliest that is`;
      this.#events.onError(new HerculesError('INTERNAL', message, { details: { topic, partition: number, position } }));
      partition.startPoint = 'earliest';
      partition.moveTo(UNKNOWN_POSITION);
    } else if (isLeadershipError(code)) {
      partition.backOff(...LEADERSHIP_BACKOFF_MS);
      this.#logger.debug({ topic, partition: number, error: brokerErrorName(code) }, 'the partition is led elsewhere');
      this.#events.onStaleMetadata();
    } else {
      partition.backOff(...CONTENT_BACKOFF_MS);
      const denied = code === BROKER_ERROR.TOPIC_AUTHORIZATION_FAILED;
      const message = `${topic}/${number} cannot be fetched: ${brokerErrorName(code)}`;
      this.#events.onError(new HerculesError(denied ? 'PERMISSION_DENIED' : 'KAFKA_UNAVAILABLE', message));
    }
  }

  /** Looks up where the log begins or ends for partitions without a position. */
  async #locate(partitions: readonly AssignedPartition[]): Promise<void> {
    for (const partition of partitions) partition.locating = true;
    for (const [point, list] of Map.groupBy(partitions, ({ startPoint }) => startPoint)) {
      for (const { topic, partition: number, offset, errorCode } of await listOffsets(this.#cluster, list, point)) {
        const partition = list.find((candidate) => candidate.topic === topic && candidate.partition === number)!;
        if (errorCode !== BROKER_ERROR.NONE) {
          partition.backOff(...LEADERSHIP_BACKOFF_MS);
          this.#events.onStaleMetadata();
        } else if (partition.position === UNKNOWN_POSITION) {
          partition.failures = 0;
          partition.startedAt = offset;
          partition.moveTo(offset);
        }
      }
    }
    for (const partition of partitions) partition.locating = false;
    this.wake();
  }

  // ---- handing out ------------------------------------------------------------------------------------------------------------

  async #deliver(parts: readonly FetchedRecords[], buffer: Buffer): Promise<void> {
    let sliceEnd = performance.now() + SLICE_MS;
    for (const part of parts) {
      const blocks = this.#isCurrent(part) ? this.#decode(part, buffer) : [];
      this.#bufferedBytes -= part.fetched.recordsEnd - part.fetched.recordsStart;
      let next = part.fromOffset;
      for (const block of blocks) {
        if (!this.#isCurrent(part)) break;
        if (part.partition.paused || !this.#events.mayDeliver()) {
          // Neither kept nor lost: it is fetched again when it may be handed out.
          part.partition.moveTo(next);
          if (!part.partition.paused) part.partition.backOff(100, 100);
          break;
        }
        if (!this.#handOut(part.partition, block, next)) break;
        next = block.lastOffset + 1;
        if (performance.now() < sliceEnd) continue;
        await new Promise((resolve) => setImmediate(resolve));
        sliceEnd = performance.now() + SLICE_MS;
      }
      // What lies before an unreadable batch has been handed out; the batch itself is fetched again and then reported.
      if (blocks.length > 0 && next < part.nextOffset && this.#isCurrent(part)) part.partition.moveTo(next);
    }
  }

  #isCurrent(part: FetchedRecords): boolean {
    return !this.#stopped && part.version === part.partition.version;
  }

  #decode(part: FetchedRecords, buffer: Buffer): RecordBlock[] {
    const { partition, fetched, fromOffset } = part;
    try {
      return this.#decoder.decode(fetched, buffer, fetched.recordsStart, fetched.recordsEnd, fromOffset);
    } catch (error) {
      this.#unreadable(partition, fromOffset, error);
      return [];
    }
  }

  #handOut(partition: AssignedPartition, block: RecordBlock, from: number): boolean {
    (block as RecordColumns).held = true;
    this.#bufferedBytes += block.bytes;
    try {
      this.#events.onBlock(block);
    } catch (error) {
      this.stats.handlerErrors++;
      this.release(block);
      partition.moveTo(from);
      partition.backOff(...CONTENT_BACKOFF_MS);
      this.#events.onError(asError(error));
      return false;
    }
    partition.failures = 0;
    this.stats.blocks++;
    this.stats.records += block.count;
    this.stats.bytes += block.bytes;
    return true;
  }

  /** The partition stands still: its records are tried again now and then, and every time it is said aloud. */
  #unreadable(partition: AssignedPartition, fromOffset: number, error: unknown): void {
    this.stats.unreadableBatches++;
    partition.moveTo(fromOffset);
    partition.backOff(...CONTENT_BACKOFF_MS);
    const { topic, partition: number } = partition;
    const message = `${topic}/${number} stands still at offset ${fromOffset}: ${asError(error).message}`;
    this.#events.onError(new HerculesError('INTERNAL', message, { cause: error, details: { topic, partition: number, fromOffset } }));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
