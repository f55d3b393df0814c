import type { ProtoReader } from '../grpc/proto-reader.ts';

/** A range of the bytes of a request; start 0 = absent, for a request begins with a key. */
export class ByteRange {
  start = 0;
  end = 0;

  get isPresent(): boolean {
    return this.start > 0;
  }

  get length(): number {
    return this.end - this.start;
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
  }

  set(start: number, end: number): void {
    this.start = start;
    this.end = end;
  }

  /** The content of the length-delimited field at the cursor, which goes past it. @param end of the message */
  read(reader: ProtoReader, end: number): void {
    const fieldEnd = reader.lengthEnd(end);
    this.start = reader.position;
    this.end = fieldEnd;
    reader.position = fieldEnd;
  }
}
