import { HerculesError } from '@hercules/protocol';
import type { ProtoReader } from '../grpc/proto-reader.ts';
import type { AnyValues } from './any-value.ts';
import type { ByteRange } from './byte-range.ts';
import type { EventBuffer } from './event-buffer.ts';

/** Field 1 of Resource and 3 of InstrumentationScope: attributes. */
const RESOURCE_ATTRIBUTE = 0x0a;
const SCOPE_NAME = 0x0a;
const SCOPE_VERSION = 0x12;
const SCOPE_ATTRIBUTE = 0x1a;

/** Calls back for each pair of a Resource with a key; it is the last pair of `values` then. */
export function eachResourcePair(values: AnyValues, start: number, end: number, visit: () => void): void {
  eachPair(values, start, end, RESOURCE_ATTRIBUTE, visit);
}

/** The same for an InstrumentationScope. */
export function eachScopePair(values: AnyValues, start: number, end: number, visit: () => void): void {
  eachPair(values, start, end, SCOPE_ATTRIBUTE, visit);
}

function eachPair(values: AnyValues, start: number, end: number, field: number, visit: () => void): void {
  values.reader.eachField(start, end, field, (pairStart, pairEnd) => {
    values.readPair(pairStart, pairEnd);
    if (values.keyEnd > values.keyStart) visit();
  });
}

/** Finds name and version of the InstrumentationScope in [start, end): UTF-8, empty when absent. */
export function readScopeNames(reader: ProtoReader, start: number, end: number, name: ByteRange, version: ByteRange): void {
  name.clear();
  version.clear();
  reader.position = start;
  while (reader.position < end) {
    const key = reader.key(end);
    if (key === SCOPE_NAME) name.read(reader, end);
    else if (key === SCOPE_VERSION) version.read(reader, end);
    else reader.skip(key, end);
  }
}

/** Tags that are the same for many events: written once, then copied as bytes. First those of a resource, behind them those of a scope. */
export class SharedTags {
  /** Tags so far. */
  count = 0;
  readonly out: EventBuffer;
  readonly #maxBytes: number;
  #resourceLength: number;
  #resourceCount = 0;

  /** @param maxBytes of an event, which all of this is a part of */
  constructor(out: EventBuffer, maxBytes: number) {
    this.out = out;
    this.#maxBytes = maxBytes;
    this.#resourceLength = out.start;
  }

  beginResource(): void {
    this.out.clear();
    this.count = 0;
  }

  /** The tags so far are those of the resource. */
  endResource(): void {
    this.#resourceLength = this.out.length;
    this.#resourceCount = this.count;
  }

  /** Forgets the tags of the scope before. */
  beginScope(): void {
    this.out.length = this.#resourceLength;
    this.count = this.#resourceCount;
  }

  /**
   * The tags are complete.
   * @throws HerculesError INVALID_EVENT when no event can hold them: better once than for each item, after a copy of all of it
   */
  endScope(): void {
    const bytes = this.out.length - this.out.start;
    if (bytes > this.#maxBytes) {
      throw new HerculesError('INVALID_EVENT', `attributes of resource and scope take ${bytes} bytes; an event may have ${this.#maxBytes}`);
    }
  }

  copyTo(target: EventBuffer): void {
    target.append(this.out);
  }
}
