/** What a {@link Framing} tells about the bytes of a connection. */
export interface FramingEvents {
  /** A whole message at [start, end) of the buffer, which is good until this returns. */
  onMessage(buf: Buffer, start: number, end: number): void;
  /** A message that is not given out. @param reason as /metrics has it @param head its first bytes */
  onRefused(reason: string, head: Buffer): void;
}

/** Finds the messages in the bytes of one connection. */
export interface Framing {
  /** Takes the next bytes. @throws HerculesError when nothing that follows could be told apart: the connection is of no use any more */
  feed(chunk: Buffer, events: FramingEvents): void;
  /** The sender has ended the connection: what is left is the last message, or a part of one. */
  end(events: FramingEvents): void;
}
