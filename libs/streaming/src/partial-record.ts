import { createHash } from 'node:crypto';
import { EventWriter, HerculesError, HPath, msToTicks, TagSelector, TypeCode } from '@hercules/protocol';

/** What one input partition contributes to one series of one window, or how far its time has come. */
export interface PartialHeader {
  /** The input partition, `topic/partition`. */
  readonly source: string;
  /** Next offset of it that had not been counted; a part with a greater one replaces its predecessor. */
  readonly position: number;
  /** Its event time, in ms. */
  readonly watermarkMs: number;
}

export interface Partial extends PartialHeader {
  readonly periodMs: number;
  readonly startMs: number;
  /** Watermark at which the window takes no more events, in ms. */
  readonly closeMs: number;
  /** The series (latin1). */
  readonly key: string;
  /** The part itself, by its app's codec. */
  readonly data: Buffer;
}

export interface Announcement extends PartialHeader {
  /** How many input partitions there are. */
  readonly sources: number;
}

const UUID_AT = 9;
const UUID_END = 25;
/** In place of −Infinity, which no Long can hold. */
const NEVER = -(2 ** 53);

/**
 * Writes the records of a topic of partial results. They are Hercules events, so whoever can read a stream can read them: `source`, `position`, `watermark`, and either `period`, `start`,
 * `close` (Long, ms), `key` and `data` (vectors of Byte), or `sources` (Integer).
 */
export class PartialWriter {
  readonly #writer = new EventWriter();

  /** @returns the event's bytes, good until the next call; its uuid, which is the record's key, stands at [keyStart, keyEnd) */
  partial(partial: Partial): { bytes: Buffer; keyStart: number; keyEnd: number } {
    const { periodMs, startMs, closeMs, key, data } = partial;
    this.#begin(partial, startMs, `${partial.source}\n${periodMs}\n${startMs}\n${key}`);
    const writer = this.#writer;
    writer.long('period', BigInt(periodMs));
    writer.long('start', BigInt(startMs));
    writer.long('close', BigInt(closeMs));
    writer.bytes('key', Buffer.from(key, 'latin1'));
    writer.bytes('data', data);
    return this.#end();
  }

  announcement(announcement: Announcement, nowMs: number): { bytes: Buffer; keyStart: number; keyEnd: number } {
    this.#begin(announcement, nowMs, announcement.source);
    this.#writer.integer('sources', announcement.sources);
    return this.#end();
  }

  #begin({ source, position, watermarkMs }: PartialHeader, timeMs: number, identity: string): void {
    const writer = this.#writer;
    writer.reset();
    writer.beginEvent(msToTicks(timeMs), resultUuid(identity));
    writer.string('source', source);
    writer.long('position', BigInt(position));
    writer.long('watermark', BigInt(watermarkMs === -Infinity ? NEVER : Math.floor(watermarkMs)));
  }

  #end(): { bytes: Buffer; keyStart: number; keyEnd: number } {
    this.#writer.endEvent();
    return { bytes: this.#writer.events(), keyStart: UUID_AT, keyEnd: UUID_END };
  }
}

/** A uuid that follows from what an event is about, so that the same result has the same id however often it is written. Version 8 of RFC 9562. */
export function resultUuid(identity: string): Buffer {
  const uuid = createHash('sha256').update(identity, 'latin1').digest().subarray(0, 16);
  uuid[6] = (uuid[6]! & 0x0f) | 0x80;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  return uuid;
}

const PATHS = ['source', 'position', 'watermark', 'period', 'start', 'close', 'key', 'data', 'sources'] as const;
const [SOURCE, POSITION, WATERMARK, PERIOD, START, CLOSE, KEY, DATA, SOURCES] = PATHS.map((_, i) => i) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
/** Element type and length stand before the bytes of a vector. */
const VECTOR_HEADER_BYTES = 5;

/** Reads what {@link PartialWriter} has written. */
export class PartialReader {
  readonly #selector = new TagSelector(PATHS.map((path) => HPath.parse(path)));

  /** @throws HerculesError INVALID_ARGUMENT, or ProtocolError, for an event that is neither */
  read(buffer: Buffer, start: number, end: number): Partial | Announcement {
    const { types, starts, ends } = this.#selector;
    this.#selector.select(buffer, start, end);
    if (types[SOURCE] !== TypeCode.STRING) throw wrong('source');
    const watermark = this.#long(buffer, WATERMARK);
    const header: PartialHeader = {
      source: buffer.toString('utf8', starts[SOURCE], ends[SOURCE]),
      position: this.#long(buffer, POSITION),
      watermarkMs: watermark === NEVER ? -Infinity : watermark,
    };
    if (types[SOURCES] === TypeCode.INTEGER) return { ...header, sources: buffer.readInt32BE(starts[SOURCES]!) };
    if (types[KEY] !== TypeCode.VECTOR || types[DATA] !== TypeCode.VECTOR) throw wrong('key and data');
    return {
      ...header,
      periodMs: this.#long(buffer, PERIOD),
      startMs: this.#long(buffer, START),
      closeMs: this.#long(buffer, CLOSE),
      key: buffer.toString('latin1', starts[KEY]! + VECTOR_HEADER_BYTES, ends[KEY]),
      data: buffer.subarray(starts[DATA]! + VECTOR_HEADER_BYTES, ends[DATA]),
    };
  }

  #long(buffer: Buffer, slot: number): number {
    const { types, starts } = this.#selector;
    if (types[slot] !== TypeCode.LONG) throw wrong(PATHS[slot]!);
    return Number(buffer.readBigInt64BE(starts[slot]!));
  }
}

function wrong(what: string): HerculesError {
  return new HerculesError('INVALID_ARGUMENT', `expected a partial result, but it has no ${what}`);
}
