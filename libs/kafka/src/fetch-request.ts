import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Fetch v10: the first version that gives out zstd batches (Kafka 2.1 and later); without fetch sessions. */
export const FETCH_API = { apiKey: 1, apiVersion: 10, apiName: 'Fetch' } as const;

/** What is asked of one partition. */
export interface FetchTarget {
  readonly topic: string;
  readonly partition: number;
  /** First offset wanted. */
  readonly position: number;
}

export interface FetchLimits {
  /** How long the broker may wait for `minBytes`. */
  maxWaitMs: number;
  minBytes: number;
  /** Bytes of the whole response; a first batch larger than this comes all the same. */
  maxBytes: number;
  maxBytesPerPartition: number;
}

/** One partition of a fetch response; its record batches are `buffer[recordsStart … recordsEnd)` of the response. */
export interface FetchedPartition {
  topic: string;
  partition: number;
  errorCode: number;
  highWatermark: number;
  logStartOffset: number;
  recordsStart: number;
  recordsEnd: number;
}

export interface FetchResponse {
  /** Kafka error code of the request as a whole; 0 = none. */
  errorCode: number;
  buffer: Buffer;
  partitions: FetchedPartition[];
}

/**
 * Fetch request v10: replica_id, max_wait, min_bytes, max_bytes, isolation_level (0: read uncommitted, as the original's consumers do),
 * session_id 0, session_epoch −1, topics [name, partitions [id, leader_epoch −1, fetch_offset, log_start_offset −1, max_bytes]], forgotten [].
 * Brokers fill the response in the order of the request, so the order of `targets` is their order of service.
 */
export function encodeFetchRequest(targets: readonly FetchTarget[], limits: FetchLimits): Buffer {
  const writer = new WireWriter(64 + targets.length * 48);
  writer.int32(-1).int32(limits.maxWaitMs).int32(limits.minBytes).int32(limits.maxBytes).int8(0).int32(0).int32(-1);
  writer.array(groupNeighbours(targets), (out, group) =>
    out.string(group[0]!.topic).array(group, (inner, target) => {
      inner.int32(target.partition).int32(-1).int64(target.position).int64(-1).int32(limits.maxBytesPerPartition);
    }),
  );
  return writer.int32(0).bytes();
}

/** Fetch response v10; record bytes stay where they are. Throws a `RangeError` when the bytes end too early. */
export function decodeFetchResponse(buffer: Buffer): FetchResponse {
  const reader = new WireReader(buffer);
  reader.int32(); // throttle time
  const errorCode = reader.int16();
  reader.int32(); // session id
  const partitions: FetchedPartition[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string();
    for (let count = reader.int32(); count > 0; count--) {
      const partition = reader.int32();
      const partitionError = reader.int16();
      const highWatermark = reader.int64();
      reader.int64(); // last stable offset
      const logStartOffset = reader.int64();
      const aborted = reader.int32();
      if (aborted > 0) reader.skip(aborted * 16);
      const recordsStart = reader.skip(Math.max(0, reader.int32()));
      partitions.push({
        topic,
        partition,
        errorCode: partitionError,
        highWatermark,
        logStartOffset,
        recordsStart,
        recordsEnd: reader.offset,
      });
    }
  }
  return { errorCode, buffer, partitions };
}

/** Consecutive targets of the same topic share one entry. */
function groupNeighbours(targets: readonly FetchTarget[]): FetchTarget[][] {
  const groups: FetchTarget[][] = [];
  for (const target of targets) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]!.topic === target.topic) last.push(target);
    else groups.push([target]);
  }
  return groups;
}
