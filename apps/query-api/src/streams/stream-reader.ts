import type { PartitionReader, ReadPosition } from '@hercules/kafka';
import { encodeStreamState, type StreamState } from '@hercules/protocol';
import { EventBytes } from './event-bytes.ts';

export interface StreamRead {
  readonly stream: string;
  /** Partitions of the logical reader. */
  readonly partitions: readonly number[];
  /** Where the client wants to read on; other partitions are ignored, missing ones begin at 0. */
  readonly state: StreamState;
  /** Most events. */
  readonly take: number;
  /** How long to wait for them, in ms. */
  readonly timeoutMs: number;
  /** The answer is closed at this many bytes of events. */
  readonly maxBytes: number;
}

/** How long a broker waits for records in one fetch; the reading as a whole may be longer. */
const MAX_WAIT_MS = 500;
/** A fetch asks for about as much as is to be taken; what comes too much would be fetched again. */
const USUAL_EVENT_BYTES = 1024;
const MIN_FETCH_BYTES = 64 * 1024;
const RETRY_MS = 50;

/** Reads streams as the Stream API does (apis §5): nothing is kept between two calls, the client carries the state. */
export class StreamReader {
  readonly #partitions: Pick<PartitionReader, 'offsets' | 'fetch'>;

  constructor(partitions: Pick<PartitionReader, 'offsets' | 'fetch'>) {
    this.#partitions = partitions;
  }

  /** The state behind the events, and the events. Throws KAFKA_UNAVAILABLE, STREAM_NOT_FOUND. */
  async read({ stream, partitions, state, take, timeoutMs, maxBytes }: StreamRead): Promise<Buffer> {
    const deadline = Date.now() + timeoutMs;
    const events = new EventBytes();
    // Whoever reads little at a time must not read the same partition each time.
    const first = Math.floor(Math.random() * partitions.length);
    const turn = [...partitions.slice(first), ...partitions.slice(0, first)];
    const { positions, unreachable } = await this.#startPositions(stream, turn, state);
    const beyondEnd = new Set<number>();
    for (let isFirst = true; ; isFirst = false) {
      const leftMs = deadline - Date.now();
      const wanted = [...positions].flatMap(([partition, offset]) => (beyondEnd.has(partition) ? [] : [{ partition, offset }]));
      if (wanted.length === 0 && leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
      if (wanted.length === 0 || events.count >= take || events.bytes >= maxBytes || (leftMs <= 0 && !isFirst)) break;
      const bytesLeft = Math.min(maxBytes - events.bytes, Math.max(MIN_FETCH_BYTES, (take - events.count) * USUAL_EVENT_BYTES));
      const fetched = await this.#partitions.fetch(stream, wanted, {
        maxWaitMs: Math.max(1, Math.min(MAX_WAIT_MS, leftMs)),
        minBytes: 1,
        maxBytes: bytesLeft,
        maxBytesPerPartition: Math.max(MIN_FETCH_BYTES, Math.ceil(bytesLeft / wanted.length)),
      });
      for (const { partition, blocks, isOutOfRange } of fetched) {
        if (isOutOfRange) beyondEnd.add(partition);
        for (const block of blocks) {
          let taken = 0;
          for (; taken < block.count && events.count < take && events.bytes < maxBytes; taken++) {
            events.add(block, taken);
            positions.set(partition, block.offsets[taken]! + 1);
          }
          if (taken < block.count) break;
          // Control records at its end are passed as well.
          positions.set(partition, block.lastOffset + 1);
        }
      }
      // Leaders are being elected, say; asking without a pause would not make it faster.
      if (fetched.length === 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return events.after(encodeStreamState([...stateOf(positions), ...unreachable]));
  }

  /** The state behind the last event that is there now. */
  async end(stream: string, partitions: readonly number[]): Promise<StreamState> {
    const ends = await this.#partitions.offsets(stream, partitions, 'latest');
    return stateOf(new Map(ends.map(({ partition, offset }) => [partition, offset])));
  }

  /**
   * Where to begin: what the client asks for, but not before the first offset that is still kept. Offsets beyond all that a number can tell are beyond
   * the end of any log, and given back as they are.
   */
  async #startPositions(
    stream: string,
    partitions: readonly number[],
    state: StreamState,
  ): Promise<{ positions: Map<number, number>; unreachable: StreamState }> {
    const own = state.filter(({ partition }) => partitions.includes(partition));
    const unreachable = own.filter(({ offset }) => offset > BigInt(Number.MAX_SAFE_INTEGER));
    const readable = partitions.filter((wanted) => !unreachable.some(({ partition }) => partition === wanted));
    const asked = new Map(own.map(({ partition, offset }) => [partition, Number(offset)]));
    const starts: ReadPosition[] = await this.#partitions.offsets(stream, readable, 'earliest');
    return {
      positions: new Map(starts.map(({ partition, offset }) => [partition, Math.max(offset, asked.get(partition) ?? 0)])),
      unreachable,
    };
  }
}

function stateOf(positions: ReadonlyMap<number, number>): StreamState {
  return [...positions].map(([partition, offset]) => ({ partition, offset: BigInt(offset) }));
}
