import { HerculesError } from '@hercules/protocol';
import type { KnownKey, StreamRoute } from '../../stream-access.ts';
import type { RequestIds } from '../door/request-ids.ts';
import { AnyValues, ValueField } from './any-value.ts';
import { ByteRange } from './byte-range.ts';
import type { EventBuffer } from './event-buffer.ts';
import type { TickHalves } from './nanoseconds.ts';
import { eachResourcePair } from './pair-bytes.ts';
import type { RejectedItems } from './rejected-items.ts';
import type { EventTarget, SignalConverter } from './signal-converter.ts';

/** Keys of the fields that the three requests have in common: a request has resources, a resource scopes, a scope items. */
const FIRST = 0x0a;
const SECOND = 0x12;
/** Positions that the events of a resource may take for each byte of the request before it: more than there can be. */
const POSITIONS_PER_BYTE = 64;

/** The events of a request that go to one stream. */
export interface OpenStream {
  readonly stream: string;
  readonly route: StreamRoute;
  readonly out: EventBuffer;
  /** Items of the request that these events were made from. */
  items: number;
}

export interface ExportOptions {
  readonly converter: SignalConverter;
  readonly key: KnownKey;
  readonly ids: RequestIds;
  readonly now: TickHalves;
  readonly rejected: RejectedItems;
  /** For resources that name none. */
  readonly defaultStream: string;
  /** Key of the resource attribute that names a stream; empty: there is none. */
  readonly streamAttribute: Buffer;
  openBuffer(): EventBuffer;
}

/**
 * Goes through one Export request of any signal and gathers its events by stream. Fields may come in any order, so what belongs to a resource or a scope
 * is looked up before its items are gone through.
 */
export class ExportRequest implements EventTarget {
  readonly streams = new Map<string, OpenStream>();
  readonly rejected: RejectedItems;
  readonly now: TickHalves;
  /** Why the default stream could not be written to, if it could not. */
  defaultRefusal: HerculesError | undefined;
  readonly #options: ExportOptions;
  readonly #values: AnyValues;
  readonly #head = new ByteRange();
  #open: OpenStream | undefined;
  #refusal: HerculesError | undefined;
  #position = 0;

  constructor(options: ExportOptions) {
    this.#options = options;
    this.rejected = options.rejected;
    this.now = options.now;
    this.#values = new AnyValues(options.converter.reader, 0);
  }

  get out(): EventBuffer {
    return this.#open!.out;
  }

  uuidInto(buf: Buffer, at: number): void {
    this.#options.ids.uuidInto(buf, at, this.#position++ >>> 0);
  }

  /** @throws HerculesError INVALID_ARGUMENT for what is no protobuf, PAYLOAD_TOO_LARGE for too many bytes of events */
  read(body: Buffer): void {
    const { reader } = this.#options.converter;
    reader.reset(body, 0);
    reader.eachField(0, body.length, FIRST, (start, end) => this.#readResource(start, end));
  }

  #readResource(start: number, end: number): void {
    const { converter } = this.#options;
    this.#position = start * POSITIONS_PER_BYTE;
    this.#findHead(start, end);
    const resource = this.#head;
    this.#openStream(this.#streamOf(resource.start, resource.end));
    this.#refusal ??= refusalOf(() => converter.beginResource(resource.start, resource.end));
    const refusal = this.#refusal;
    converter.reader.eachField(start, end, SECOND, (scopeStart, scopeEnd) => {
      this.#refusal = refusal;
      this.#readScope(scopeStart, scopeEnd);
    });
  }

  #readScope(start: number, end: number): void {
    const { converter } = this.#options;
    this.#findHead(start, end);
    const scope = this.#head;
    this.#refusal ??= refusalOf(() => converter.beginScope(scope.start, scope.end));
    converter.reader.eachField(start, end, SECOND, (itemStart, itemEnd) => {
      if (this.#refusal !== undefined) this.rejected.add(converter.countItems(itemStart, itemEnd), this.#refusal);
      else this.#open!.items += converter.convert(itemStart, itemEnd, this);
    });
  }

  /** The last field 1 of the message: the resource or the scope. */
  #findHead(start: number, end: number): void {
    this.#head.clear();
    this.#options.converter.reader.eachField(start, end, FIRST, (headStart, headEnd) => this.#head.set(headStart, headEnd));
  }

  #streamOf(start: number, end: number): string {
    const { streamAttribute, defaultStream } = this.#options;
    if (streamAttribute.length === 0) return defaultStream;
    const values = this.#values;
    let stream = defaultStream;
    eachResourcePair(values, start, end, () => {
      if (values.field !== ValueField.STRING || !values.isKey(streamAttribute)) return;
      stream = values.reader.buf.toString('utf8', values.start, values.end);
    });
    return stream;
  }

  #openStream(stream: string): void {
    this.#refusal = undefined;
    this.#open = this.streams.get(stream);
    if (this.#open !== undefined) return;
    const { rightRefusal, streamRefusal, route } = this.#options.key.stream(stream);
    if (route !== undefined) {
      const out = this.#options.openBuffer();
      out.setSource(this.#options.converter.reader.buf);
      this.#open = { stream, route, out, items: 0 };
      this.streams.set(stream, this.#open);
      return;
    }
    const refusal = (rightRefusal ?? streamRefusal)!;
    if (stream === this.#options.defaultStream) this.defaultRefusal = refusal;
    this.#refusal = new HerculesError(refusal.code, `stream ${JSON.stringify(stream.slice(0, 100))}: ${refusal.message}`);
  }
}

/** What refuses all items of a resource or a scope; other errors refuse the request. */
function refusalOf(begin: () => void): HerculesError | undefined {
  try {
    begin();
    return undefined;
  } catch (error) {
    if (error instanceof HerculesError && error.code === 'INVALID_EVENT') return error;
    throw error;
  }
}
