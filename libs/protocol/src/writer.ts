import { DEFAULT_CHECK_LIMITS } from './check-limits.ts';
import { ProtocolError } from './errors.ts';
import type { Container, HerculesEvent, Vector, VectorElement } from './event.ts';
import { typeCodeOf, type TypeName } from './type-code.ts';
import { badValue, WireBuffer } from './wire-buffer.ts';

export interface EncodeOptions {
  /** Containers and vectors inside one another; 64 by default, because nobody would accept a deeper event. Also ends objects in themselves. */
  readonly maxDepth?: number;
}

const MAX_TAGS = 0xffff;

/**
 * Encodes an event (protocol §3), tags in the order of the map.
 * @throws ProtocolError `bad-value` when a value is outside of its type, a key has more than 255 bytes or a container more than 65535 tags;
 * `nesting-limit` when it is nested deeper than the default limit. The message names the path of the tag.
 */
export function encodeEvent(event: HerculesEvent, options: EncodeOptions = {}): Buffer {
  const out = new WireBuffer(256);
  writeEvent(out, event, 0, options);
  return out.bytes();
}

/** Encodes a batch (protocol §6); errors as {@link encodeEvent}, with the index of the event. */
export function encodeBatch(events: readonly HerculesEvent[], options: EncodeOptions = {}): Buffer {
  const out = new WireBuffer(4 + events.length * 256);
  out.i32(events.length);
  for (let i = 0; i < events.length; i++) writeEvent(out, events[i]!, i, options);
  return out.bytes();
}

/** Encodes a container without a type code (protocol §4); errors as {@link encodeEvent}. */
export function encodeContainer(container: Container, options: EncodeOptions = {}): Buffer {
  const out = new WireBuffer(256);
  new ValueWriter(out, options).container(container, 0);
  return out.bytes();
}

/** Appends an event to a buffer; errors as {@link encodeEvent}, with the given index. */
export function writeEvent(out: WireBuffer, event: HerculesEvent, eventIndex: number, options: EncodeOptions = {}): void {
  const writer = new ValueWriter(out, options);
  try {
    out.u8(event.version);
    out.i64(event.timestamp);
    out.uuid(event.uuid);
    writer.container(event.payload, 0);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const where = writer.path.length === 0 ? '' : `tag ${JSON.stringify(writer.path.join('/'))}: `;
    throw new ProtocolError(error.kind, `${where}${error.message}`, eventIndex, -1);
  }
}

class ValueWriter {
  /** Keys on the way to the value in hand, for errors. */
  readonly path: string[] = [];
  readonly #out: WireBuffer;
  readonly #maxDepth: number;

  constructor(out: WireBuffer, { maxDepth = DEFAULT_CHECK_LIMITS.maxDepth }: EncodeOptions) {
    this.#out = out;
    this.#maxDepth = maxDepth;
  }

  container(container: Container, depth: number): void {
    this.#checkDepth(depth);
    if (!(container instanceof Map)) throw badValue('a container, which is a Map', container);
    if (container.size > MAX_TAGS) throw badValue(`a container of at most ${MAX_TAGS} tags`, container.size);
    this.#out.u16(container.size);
    for (const [key, value] of container as Container) {
      this.path.push(key);
      this.#out.key(key);
      this.#out.u8(this.#typeCode(value.type));
      this.#value(value.type, value.value, depth);
      this.path.pop();
    }
  }

  #typeCode(type: TypeName): number {
    const code = typeCodeOf(type) as number | undefined;
    if (code === undefined) throw badValue('the name of a type', type);
    return code;
  }

  /** The compiler has checked callers that it sees; the primitives check values again for those that it does not. */
  #value(type: TypeName, value: VectorElement, depth: number): void {
    const out = this.#out;
    switch (type) {
      case 'container':
        return this.container(value as Container, depth + 1);
      case 'byte':
        return out.u8(value as number);
      case 'short':
        return out.i16(value as number);
      case 'integer':
        return out.i32(value as number);
      case 'long':
        return out.i64(value as bigint);
      case 'flag':
        return out.flag(value as boolean);
      case 'float':
        return out.f32(value as number);
      case 'double':
        return out.f64(value as number);
      case 'string':
        return out.string(value as string);
      case 'uuid':
        return out.uuid(value as string);
      case 'null':
        if (value !== null) throw badValue('null', value);
        return;
      case 'vector':
        return this.#vector(value as Vector, depth + 1);
    }
  }

  #vector(vector: Vector, depth: number): void {
    this.#checkDepth(depth);
    const { elementType, elements } = vector ?? {};
    if (!Array.isArray(elements) && !(elements instanceof Uint8Array)) throw badValue('a vector, which has elements', vector);
    this.#out.u8(this.#typeCode(elementType));
    this.#out.i32(elements.length);
    if (elements instanceof Uint8Array) {
      if (elementType !== 'byte') throw badValue(`elements of type ${elementType}`, elements);
      return this.#out.raw(elements);
    }
    for (const element of elements as readonly VectorElement[]) this.#value(elementType, element, depth);
  }

  #checkDepth(depth: number): void {
    if (depth <= this.#maxDepth) return;
    throw new ProtocolError('nesting-limit', `expected at most ${this.#maxDepth} containers and vectors inside one another`, -1, -1);
  }
}
