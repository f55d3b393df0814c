import { HPath, StructureWalker, TagSelector, TICKS_PER_SECOND, TypeCode, WIDEST_CHECK_LIMITS } from '@hercules/protocol';

const [VALUE, TAGS, AGGREGATION] = [0, 1, 2];
const TIMESTAMP_OFFSET = 1;
const VECTOR_HEADER_BYTES = 5;
const KEY = Buffer.from('key');
const VALUE_KEY = Buffer.from('value');

/** Range of a String that is absent or of another type. */
export const ABSENT = -1;

/**
 * Reads a metric event (protocol §10.3) out of its bytes. After {@link read} the fields tell about that event, until the next one: the tags are
 * ranges of UTF-8 in the buffer, so nothing is made for them.
 */
export class MetricReader {
  value = 0;
  /** Seconds since 1970, cut. */
  seconds = 0;
  /** Number of tags. */
  count = 0;
  /** The ranges of tag i are [keyStarts[i], keyEnds[i]) and [valueStarts[i], valueEnds[i]); a start of {@link ABSENT} = no String there. */
  keyStarts = new Int32Array(32);
  keyEnds = new Int32Array(32);
  valueStarts = new Int32Array(32);
  valueEnds = new Int32Array(32);
  readonly #selector = new TagSelector(['value', 'tags', 'aggregationType'].map((path) => HPath.parse(path)));
  readonly #walker = new StructureWalker(WIDEST_CHECK_LIMITS);

  /**
   * @returns false for an event that is no metric to be stored: without a finite Double `value`, without tags, or meant for an aggregator
   * @throws ProtocolError when the bytes are not those of an event
   */
  read(buffer: Buffer, start: number, end: number): boolean {
    const { types, starts, ends } = this.#selector;
    this.#selector.select(buffer, start, end);
    if (types[VALUE!] !== TypeCode.DOUBLE || types[TAGS!] !== TypeCode.VECTOR || types[AGGREGATION!] !== 0) return false;
    this.value = buffer.readDoubleBE(starts[VALUE!]);
    if (!Number.isFinite(this.value)) return false;
    this.seconds = secondsAt(buffer, start + TIMESTAMP_OFFSET);
    return this.#readTags(buffer, starts[TAGS!]!, ends[TAGS!]!);
  }

  /** The selector has checked the structure of the vector already. */
  #readTags(buffer: Buffer, start: number, end: number): boolean {
    this.count = buffer.readInt32BE(start + 1);
    if (buffer[start] !== TypeCode.CONTAINER || this.count === 0) return false;
    if (this.count > this.keyStarts.length) this.#grow(this.count);
    let pos = start + VECTOR_HEADER_BYTES;
    for (let i = 0; i < this.count; i++) pos = this.#readPair(buffer, pos, end, i);
    return true;
  }

  #readPair(buffer: Buffer, pos: number, end: number, i: number): number {
    this.keyStarts[i] = ABSENT;
    this.valueStarts[i] = ABSENT;
    const tags = (buffer[pos]! << 8) | buffer[pos + 1]!;
    pos += 2;
    for (let tag = 0; tag < tags; tag++) {
      const keyAt = pos + 1;
      const typeAt = this.#walker.passKey(buffer, pos, end);
      const type = buffer[typeAt]!;
      const next = this.#walker.passValue(buffer, typeAt + 1, end, type, 1);
      const textAt = type === TypeCode.STRING ? typeAt + 5 : ABSENT;
      if (isKey(buffer, keyAt, typeAt, KEY)) {
        this.keyStarts[i] = textAt;
        this.keyEnds[i] = next;
      } else if (isKey(buffer, keyAt, typeAt, VALUE_KEY)) {
        this.valueStarts[i] = textAt;
        this.valueEnds[i] = next;
      }
      pos = next;
    }
    return pos;
  }

  #grow(count: number): void {
    this.keyStarts = new Int32Array(count);
    this.keyEnds = new Int32Array(count);
    this.valueStarts = new Int32Array(count);
    this.valueEnds = new Int32Array(count);
  }
}

/** Above this the products below would not be exact. */
const EXACT_HIGH = 2 ** 30;
/** 2^32 ticks are 429 seconds and so many ticks. */
const HIGH_SECONDS = 429;
const HIGH_REST_TICKS = 4_967_296;
const SECOND_TICKS = 10_000_000;

/** Whole seconds of a 64-bit number of ticks, for all times up to the year 16000 without making a bigint of it. */
function secondsAt(buffer: Buffer, at: number): number {
  const high = buffer.readInt32BE(at);
  if (high < 0 || high > EXACT_HIGH) return Number(buffer.readBigInt64BE(at) / TICKS_PER_SECOND);
  return high * HIGH_SECONDS + Math.floor((high * HIGH_REST_TICKS + buffer.readUInt32BE(at + 4)) / SECOND_TICKS);
}

function isKey(buffer: Buffer, start: number, end: number, key: Buffer): boolean {
  if (end - start !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (buffer[start + i] !== key[i]) return false;
  return true;
}
