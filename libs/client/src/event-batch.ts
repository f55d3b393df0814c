const COUNT_BYTES = 4;

/** Events for one stream in the binary format (protocol §6). */
export interface EventBatch {
  readonly stream: string;
  readonly bytes: Buffer;
  readonly events: number;
  /** Where each event begins; undefined for a batch that came as it is, and goes as it is. */
  readonly starts: readonly number[] | undefined;
}

/** The batch without one of its events; undefined if that cannot be done, or nothing is left. @param index of the event */
export function withoutEvent({ stream, bytes, starts }: EventBatch, index: number): EventBatch | undefined {
  if (starts === undefined || starts.length < 2 || index >= starts.length) return undefined;
  const start = starts[index]!;
  const end = starts[index + 1] ?? bytes.length;
  const length = end - start;
  const moved = [...starts.slice(0, index), ...starts.slice(index + 1).map((each) => each - length)];
  return batchOf(stream, moved, bytes.subarray(COUNT_BYTES, start), bytes.subarray(end));
}

/** The batch in two; undefined if it cannot be parted. */
export function halves({ stream, bytes, starts }: EventBatch): [EventBatch, EventBatch] | undefined {
  if (starts === undefined || starts.length < 2) return undefined;
  const middle = starts.length >> 1;
  const at = starts[middle]!;
  const moved = starts.slice(middle).map((each) => each - at + COUNT_BYTES);
  return [batchOf(stream, starts.slice(0, middle), bytes.subarray(COUNT_BYTES, at)), batchOf(stream, moved, bytes.subarray(at))];
}

function batchOf(stream: string, starts: number[], ...parts: Buffer[]): EventBatch {
  const count = Buffer.alloc(COUNT_BYTES);
  count.writeInt32BE(starts.length);
  return { stream, bytes: Buffer.concat([count, ...parts]), events: starts.length, starts };
}
