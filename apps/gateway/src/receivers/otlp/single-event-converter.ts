import { TypeCode } from '@hercules/protocol';
import { ProtoReader } from '../grpc/proto-reader.ts';
import { AnyValues } from './any-value.ts';
import { ByteRange } from './byte-range.ts';
import { type EventBuffer, Head, tagHead } from './event-buffer.ts';
import type { TickHalves } from './nanoseconds.ts';
import { eachScopePair, readScopeNames, SharedTags } from './pair-bytes.ts';
import { type EventLimits, type EventTarget, rejectItem, type SignalConverter, writeHead } from './signal-converter.ts';

const SCOPE_NAME = new Head(tagHead('otel.scope.name', TypeCode.STRING));
const SCOPE_VERSION = new Head(tagHead('otel.scope.version', TypeCode.STRING));

/** Depth of the container that attributes are written to, below the payload. */
export const ATTRIBUTES_DEPTH = 1;

/** A signal whose items make one event each, with the attributes of resource, scope and item in one container of it. */
export abstract class SingleEventConverter implements SignalConverter {
  readonly reader = new ProtoReader();
  protected readonly values: AnyValues;
  protected readonly shared: SharedTags;
  readonly #maxEventSizeBytes: number;
  readonly #scopeName = new ByteRange();
  readonly #scopeVersion = new ByteRange();

  constructor({ maxDepth, maxEventSizeBytes }: EventLimits, scratch: EventBuffer) {
    this.values = new AnyValues(this.reader, maxDepth);
    this.shared = new SharedTags(scratch, maxEventSizeBytes);
    this.#maxEventSizeBytes = maxEventSizeBytes;
  }

  abstract beginResource(start: number, end: number): void;

  /**
   * Writes the payload of an item.
   * @returns the time of the event; when it is unknown the gateway's clock counts
   */
  protected abstract writePayload(start: number, end: number, out: EventBuffer): TickHalves;

  beginScope(start: number, end: number): void {
    const { shared, values } = this;
    const [name, version] = [this.#scopeName, this.#scopeVersion];
    shared.beginScope();
    readScopeNames(this.reader, start, end, name, version);
    if (name.length > 0) this.shareText(SCOPE_NAME, name);
    if (version.length > 0) this.shareText(SCOPE_VERSION, version);
    eachScopePair(values, start, end, () => {
      values.writePair(shared.out, ATTRIBUTES_DEPTH);
      shared.count++;
    });
    shared.endScope();
  }

  countItems(): number {
    return 1;
  }

  convert(start: number, end: number, target: EventTarget): number {
    const { out } = target;
    out.beginEvent();
    try {
      writeHead(target, this.writePayload(start, end, out));
      out.endEvent(this.#maxEventSizeBytes);
      return 1;
    } catch (error) {
      out.dropEvent();
      rejectItem(target, error);
      return 0;
    }
  }

  /** Adds a String that is in the request to the shared tags. */
  protected shareText(head: Head, { start, end }: ByteRange): void {
    const { shared } = this;
    shared.out.head(head);
    shared.out.string(this.reader.buf, start, end);
    shared.count++;
  }
}
