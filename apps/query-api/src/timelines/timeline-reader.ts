import { timelineStatements, timelineTable } from '@hercules/cassandra';
import type { Timeline } from '@hercules/metadata';
import { eventId, EVENT_ID_BYTES, NIL_UUID, type TimelineState, timetrapOffset, TICKS_PER_MS } from '@hercules/protocol';
import type { Client } from 'cassandra-driver';
import { asBackendError } from '../backend-error.ts';

export interface TimelineRead {
  readonly timeline: Timeline;
  readonly slices: readonly number[];
  readonly state: TimelineState;
  /** Ticks, inclusive. */
  readonly from: bigint;
  /** Ticks, exclusive. */
  readonly to: bigint;
  readonly take: number;
  /** The reading ends at this many bytes of events, whatever was asked for. */
  readonly maxBytes: number;
}

interface SliceState {
  ttOffset: number;
  eventId: Buffer;
}

const NIL_EVENT_ID = Buffer.alloc(EVENT_ID_BYTES);
const PAGE_ROWS = 1000;

/** Reads timelines as the Timeline API does (apis §6): bucket after bucket, in each slice after slice, in each by event id. */
export class TimelineReader {
  readonly #client: Client;
  readonly #keyspace: string;

  constructor(client: Client, keyspace: string) {
    this.#client = client;
    this.#keyspace = keyspace;
  }

  /** The state behind the events, and the events as they were stored. Throws BACKEND_UNAVAILABLE, TIMEOUT. */
  async read({ timeline, slices, state, from, to, take, maxBytes }: TimelineRead): Promise<{ state: TimelineState; events: Buffer[] }> {
    const states = new Map<number, SliceState>(
      state.map(({ slice, ttOffset, eventId: id }) => [slice, { ttOffset: Number(ttOffset), eventId: id }]),
    );
    const events: Buffer[] = [];
    const size = timeline.timetrapSize;
    let bytes = 0;
    if (slices.length > 0) {
      reading: for (let bucket = timetrapOffset(from, size); bucket <= timetrapOffset(to - 1n, size); bucket += size) {
        for (const slice of slices) {
          let at = states.get(slice) ?? { ttOffset: bucket, eventId: NIL_EVENT_ID };
          if (bucket < at.ttOffset) continue;
          if (bucket > at.ttOffset) at = { ttOffset: bucket, eventId: NIL_EVENT_ID };
          states.set(slice, at);
          const bounds = boundsOf(from, to, bucket, size);
          for (;;) {
            const wanted = Math.min(PAGE_ROWS, take - events.length);
            const rows = await this.#rows(timeline.name, slice, at, bounds, wanted);
            for (const { id, payload } of rows) {
              at.eventId = id;
              events.push(payload);
              bytes += payload.length;
              if (bytes >= maxBytes) break reading;
            }
            if (events.length >= take) break reading;
            if (rows.length < wanted) break;
          }
          // Nothing there, and nothing will be looked for there again.
          if (at.eventId.equals(NIL_EVENT_ID)) at.ttOffset += size;
        }
      }
    }
    return {
      state: [...states].map(([slice, { ttOffset, eventId: id }]) => ({ slice, ttOffset: BigInt(ttOffset), eventId: id })),
      events,
    };
  }

  async #rows(
    timeline: string,
    slice: number,
    { ttOffset, eventId: after }: SliceState,
    { lower, upper }: { lower: Buffer; upper: Buffer },
    limit: number,
  ): Promise<{ id: Buffer; payload: Buffer }[]> {
    const table = timelineTable(this.#keyspace, timeline);
    const isFirst = after.equals(NIL_EVENT_ID);
    const query = isFirst ? timelineStatements.selectFrom(table) : timelineStatements.selectAfter(table);
    const parameters = [slice, BigInt(ttOffset), isFirst ? lower : after, upper, limit];
    try {
      const { rows } = await this.#client.execute(query, parameters, { prepare: true, fetchSize: limit });
      return rows.map((row) => ({ id: row['event_id'] as Buffer, payload: row['payload'] as Buffer }));
    } catch (error) {
      throw asBackendError(error, `timeline '${timeline}'`);
    }
  }
}

/** Event ids of a bucket that lie in the interval: from the first (inclusive) to the last (exclusive). */
function boundsOf(from: bigint, to: bigint, bucket: number, size: number): { lower: Buffer; upper: Buffer } {
  const start = BigInt(bucket) * TICKS_PER_MS;
  const end = start + BigInt(size) * TICKS_PER_MS;
  return { lower: eventId(from > start ? from : start, NIL_UUID), upper: eventId(to < end ? to : end, NIL_UUID) };
}
