import { HPath, TagSelector, TextCache, TypeCode } from '@hercules/protocol';

/** Service of a span that names none. */
export const UNKNOWN_SERVICE = 'unknown';

const PATHS = [
  'traceId',
  'spanId',
  'parentSpanId',
  'beginTimestampUtc',
  'endTimestampUtc',
  'annotations/application',
  'annotations/operation',
  'annotations/status',
  'annotations/http.response.code',
  'annotations/kind',
  'annotations/http.client.name',
  'annotations/targetService',
] as const;

const [TRACE, SPAN, PARENT, BEGIN, END, SERVICE, OPERATION, STATUS, CODE, KIND, CLIENT_NAME, TARGET] = PATHS.keys();
const FIRST_FAILURE_CODE = 500;
const TIMESTAMP_OFFSET = 1;

/**
 * Reads what is indexed of a span out of the bytes of its event (protocol §10.4), without building the event. After {@link read} the fields
 * tell about that span, until the next one is read.
 */
export class SpanReader {
  /** Position of the 16 bytes of each id in the buffer; -1 = absent or no UUID. */
  traceIdAt = -1;
  spanIdAt = -1;
  parentIdAt = -1;
  /** Ticks (100 ns) since 1970. Without a begin, the event's own time. */
  begin = 0n;
  /** Ticks; 0 when begin or end is missing, or the end lies before the begin. */
  duration = 0n;
  service = UNKNOWN_SERVICE;
  /** '' when there is none. */
  operation = '';
  /** Its status is "error", or it answered with a code of 500 or more. */
  error = false;
  /** The service that a client span called; '' when it is none or does not say. */
  remoteService = '';
  readonly #selector = new TagSelector(PATHS.map((path) => HPath.parse(path)));
  readonly #texts = new TextCache();

  /** @throws ProtocolError when the bytes are not those of an event */
  read(buffer: Buffer, start: number, end: number): void {
    const selector = this.#selector;
    selector.select(buffer, start, end);
    this.traceIdAt = this.#uuidAt(TRACE!);
    this.spanIdAt = this.#uuidAt(SPAN!);
    this.parentIdAt = this.#uuidAt(PARENT!);
    const begin = this.#long(buffer, BEGIN!);
    const finish = this.#long(buffer, END!);
    this.begin = begin ?? buffer.readBigInt64BE(start + TIMESTAMP_OFFSET);
    this.duration = begin !== undefined && finish !== undefined && finish > begin ? finish - begin : 0n;
    this.service = this.#text(buffer, SERVICE!) || UNKNOWN_SERVICE;
    this.operation = this.#text(buffer, OPERATION!);
    this.error = this.#text(buffer, STATUS!).toLowerCase() === 'error' || Number(this.#long(buffer, CODE!) ?? 0n) >= FIRST_FAILURE_CODE;
    this.remoteService = this.#text(buffer, TARGET!);
    if (this.remoteService === '' && this.#text(buffer, KIND!).endsWith('client')) this.remoteService = this.#text(buffer, CLIENT_NAME!);
  }

  #uuidAt(slot: number): number {
    return this.#selector.types[slot] === TypeCode.UUID ? this.#selector.starts[slot]! : -1;
  }

  #text(buffer: Buffer, slot: number): string {
    if (this.#selector.types[slot] !== TypeCode.STRING) return '';
    return this.#texts.get(buffer, this.#selector.starts[slot]!, this.#selector.ends[slot]!);
  }

  /** Byte, Short, Integer and Long are whole numbers (protocol §10). */
  #long(buffer: Buffer, slot: number): bigint | undefined {
    const at = this.#selector.starts[slot]!;
    switch (this.#selector.types[slot]) {
      case TypeCode.LONG:
        return buffer.readBigInt64BE(at);
      case TypeCode.INTEGER:
        return BigInt(buffer.readInt32BE(at));
      case TypeCode.SHORT:
        return BigInt(buffer.readInt16BE(at));
      case TypeCode.BYTE:
        return BigInt(buffer.readInt8(at));
      default:
        return undefined;
    }
  }
}
