import { HerculesError } from '@hercules/protocol';
import { ProtoReader, WireType } from './proto-reader.ts';

/** Key of a length-delimited or varint field. */
const lengthField = (number: number): number => number * 8 + WireType.LENGTH;
const varintField = (number: number): number => number * 8 + WireType.VARINT;

const STREAM = lengthField(1);
const BATCH = lengthField(2);
const EVENTS = lengthField(3);
const ASYNC = varintField(4);
const SEQUENCE = varintField(1);
const REQUEST = lengthField(2);

export type PayloadKind = 'none' | 'batch' | 'events';

/**
 * Reads `SendRequest` and `SendStreamRequest` (gateway.proto) where they stand in the received bytes: the batch is found, not copied. One
 * reader serves all calls; its fields speak of the message read last.
 */
export class SendRequestReader {
  readonly #reader = new ProtoReader();
  stream = '';
  isAsync = false;
  payload: PayloadKind = 'none';
  /** Where the payload stands in the buffer. */
  payloadStart = 0;
  payloadEnd = 0;
  /** Lower and upper half of the 64-bit sequence number, unsigned. */
  sequenceLow = 0;
  sequenceHigh = 0;

  /** Reads a `SendRequest` at [start, end). Throws INVALID_ARGUMENT. */
  read(buf: Buffer, start: number, end: number): void {
    this.#reader.reset(buf, start);
    this.#readRequest(buf, end);
  }

  /** Reads a `SendStreamRequest`. When it throws, the sequence number is what was read of it until then. */
  readStreamed(buf: Buffer, start: number, end: number): void {
    const reader = this.#reader;
    reader.reset(buf, start);
    this.sequenceLow = 0;
    this.sequenceHigh = 0;
    let requestStart = -1;
    let requestEnd = -1;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === SEQUENCE) this.#readSequence(end);
      else if (key === REQUEST) {
        requestEnd = reader.lengthEnd(end);
        requestStart = reader.take(requestEnd - reader.position, end);
      } else reader.skip(key, end);
    }
    if (requestStart < 0) throw new HerculesError('INVALID_ARGUMENT', "The field 'request' is missing");
    this.read(buf, requestStart, requestEnd);
  }

  /** The sequence number, if the first bytes of a `SendStreamRequest` hold it; false if they do not. */
  readLeadingSequence(head: Buffer): boolean {
    this.#reader.reset(head, 0);
    try {
      if (this.#reader.key(head.length) !== SEQUENCE) return false;
      this.#readSequence(head.length);
      return true;
    } catch {
      return false;
    }
  }

  #readSequence(end: number): void {
    this.#reader.varint64(end);
    this.sequenceLow = this.#reader.low >>> 0;
    this.sequenceHigh = this.#reader.high >>> 0;
  }

  #readRequest(buf: Buffer, end: number): void {
    const reader = this.#reader;
    let name = '';
    this.isAsync = false;
    this.payload = 'none';
    while (reader.position < end) {
      const key = reader.key(end);
      switch (key) {
        case STREAM: {
          const nameEnd = reader.lengthEnd(end);
          name = this.#name(buf, reader.position, nameEnd);
          reader.position = nameEnd;
          break;
        }
        case BATCH:
        case EVENTS:
          this.payload = key === BATCH ? 'batch' : 'events';
          this.payloadEnd = reader.lengthEnd(end);
          this.payloadStart = reader.take(this.payloadEnd - reader.position, end);
          break;
        case ASYNC:
          this.isAsync = reader.bool(end);
          break;
        default:
          reader.skip(key, end);
      }
    }
    this.stream = name;
  }

  /** Producers name the same stream in message after message: if the characters are those of the last name, no string is made. */
  #name(buf: Buffer, start: number, end: number): string {
    const last = this.stream;
    if (last.length !== end - start) return buf.toString('utf8', start, end);
    for (let i = 0; i < last.length; i++) {
      const byte = buf[start + i]!;
      if (byte >= 0x80 || byte !== last.charCodeAt(i)) return buf.toString('utf8', start, end);
    }
    return last;
  }
}
