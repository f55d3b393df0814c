import { decodeStreamState, decodeTimelineState, encodeStreamState, encodeTimelineState } from '@hercules/protocol';
import { type FuzzTarget, Mistaken } from '../fuzz-target.ts';

/** The state that a reader of a stream sends to query-api (protocol §6). */
export function streamState(): FuzzTarget {
  const states = [
    [],
    [{ partition: 0, offset: 5n }],
    Array.from({ length: 50 }, (_, partition) => ({ partition, offset: 2n ** 62n - BigInt(partition) })),
  ];
  return stateTarget(states.map(encodeStreamState), (input) => encodeStreamState(decodeStreamState(input)));
}

/** The state that a reader of a timeline sends. */
export function timelineState(): FuzzTarget {
  const item = (slice: number): { slice: number; ttOffset: bigint; eventId: Buffer } => ({
    slice,
    ttOffset: 1_764_000_000_000n,
    eventId: Buffer.alloc(24, slice),
  });
  const states = [[], [item(0)], [item(1), item(7), item(-1)]];
  return stateTarget(states.map(encodeTimelineState), (input) => encodeTimelineState(decodeTimelineState(input)));
}

function stateTarget(seeds: readonly Buffer[], again: (input: Buffer) => Buffer): FuzzTarget {
  const many = Buffer.alloc(4);
  many.writeInt32BE(0x7fff_ffff);
  return {
    seeds,
    hostile: [many],
    run(input) {
      const written = again(input);
      if (!input.subarray(0, written.length).equals(written)) throw new Mistaken('the state is another one when written again');
    },
  };
}
