/** What is counted for a series in a window, and how parts of it travel and come together. */
export interface AggregateCodec<A> {
  create(): A;
  /** The bytes of a part. */
  encode(aggregate: A): Buffer;
  /** @throws HerculesError INVALID_ARGUMENT for bytes that are not those of a part */
  decode(bytes: Buffer, start: number, end: number): A;
  /** Adds another part; the order of parts must not matter to the result. */
  merge(into: A, part: A): void;
}
