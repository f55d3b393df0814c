import { resolveCheckLimits, type CheckLimits } from './check-limits.ts';
import { ProtocolError } from './errors.ts';
import { EVENT_HEADER_BYTES, EVENT_VERSION, MIN_EVENT_BYTES, TIMESTAMP_OFFSET } from './event-header.ts';
import { negativeCount, truncated } from './format-errors.ts';
import { StructureWalker } from './structure-walker.ts';

/**
 * Checks a batch (protocol §6) in one pass without building objects, and notes where each event begins and ends. One checker serves one
 * batch after another; it is not re-entrant.
 */
export class BatchChecker {
  /** Event i of the last batch is the bytes from bounds[i] up to bounds[i + 1]. May be longer than needed; replaced when it must grow. */
  bounds = new Uint32Array(1025);
  readonly #maxEventSize: number;
  readonly #walker: StructureWalker;

  /** @throws HerculesError BAD_CONFIG for a limit out of its range */
  constructor(limits: Partial<CheckLimits> = {}) {
    const resolved = resolveCheckLimits(limits);
    this.#maxEventSize = resolved.maxEventSize;
    this.#walker = new StructureWalker(resolved);
  }

  /**
   * Checks the batch in [start, end) of `buf`. Bytes after its last event are ignored.
   * @returns the number of events; {@link bounds} holds their positions in `buf`
   * @throws ProtocolError of the first fault: with eventIndex −1 for the count, else with the index of the event
   */
  check(buf: Buffer, start = 0, end = buf.length): number {
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || start > end || end > buf.length) {
      throw new ProtocolError('bad-value', `expected a range within ${buf.length} bytes, but it is ${start} to ${end}`, -1, -1);
    }
    if (end - start < 4) throw truncated('an event count', 4, end - start, -1, start);
    const count = buf.readInt32BE(start);
    if (count < 0) throw negativeCount('events', count, start);
    // A count that the bytes cannot hold is found when they end; memory grows with the bytes, not with the count.
    const possible = Math.min(count, Math.floor((end - start - 4) / MIN_EVENT_BYTES));
    if (this.bounds.length <= possible) this.bounds = new Uint32Array(Math.max(possible + 1, this.bounds.length * 2));
    const { bounds } = this;
    let pos = start + 4;
    bounds[0] = pos;
    for (let i = 0; i < count; i++) {
      pos = this.#checkEvent(buf, pos, end, i);
      bounds[i + 1] = pos;
    }
    return count;
  }

  #checkEvent(buf: Buffer, pos: number, end: number, index: number): number {
    if (end - pos < EVENT_HEADER_BYTES) throw truncated('an event header', EVENT_HEADER_BYTES, end - pos, index, pos);
    const version = buf[pos]!;
    if (version !== EVENT_VERSION) {
      throw new ProtocolError('bad-version', `expected event version ${EVENT_VERSION}, but it is ${version}`, index, pos);
    }
    if (buf[pos + TIMESTAMP_OFFSET]! > 0x7f) {
      throw new ProtocolError('bad-timestamp', 'expected a timestamp of 0 or more, but it is negative', index, pos + TIMESTAMP_OFFSET);
    }
    this.#walker.beginEvent(index);
    const next = this.#walker.passContainer(buf, pos + EVENT_HEADER_BYTES, end, 0);
    if (next - pos > this.#maxEventSize) {
      const message = `expected an event of at most ${this.#maxEventSize} bytes, but it has ${next - pos}`;
      throw new ProtocolError('event-too-large', message, index, pos);
    }
    return next;
  }
}
