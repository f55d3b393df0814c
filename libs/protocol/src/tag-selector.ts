import { WIDEST_CHECK_LIMITS } from './check-limits.ts';
import { ProtocolError } from './errors.ts';
import { EVENT_HEADER_BYTES } from './event-header.ts';
import { truncated } from './format-errors.ts';
import type { HPath } from './hpath.ts';
import { StructureWalker } from './structure-walker.ts';
import { TypeCode } from './type-code.ts';

const LENGTH_BYTES = 4;

/** A key on the way of some path. */
interface PathNode {
  readonly key: Buffer;
  /** Of the key, in bytes; here because the length of a Buffer is a getter. */
  readonly keyLength: number;
  readonly children: readonly PathNode[];
  /** Paths that end here. */
  readonly slots: readonly number[];
  /** Paths that end here or below. */
  readonly slotsBelow: readonly number[];
  /** The selection that it was last found in, by its number. */
  foundIn: number;
}

/**
 * Finds the values at some paths in the bytes of an event without building objects (protocol §11). After {@link select}, slot i tells about
 * path i: its type code, 0 when absent, and the range of its bytes — of a String the UTF-8 without the length, of a vector from the element
 * type on, of a container from its tag count on. Of a repeated key the last value counts. Keys are compared by their bytes.
 *
 * The event need not have been checked: broken bytes throw, and nothing outside of the given range is read.
 */
export class TagSelector {
  readonly types: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly #roots: readonly PathNode[];
  readonly #walker = new StructureWalker(WIDEST_CHECK_LIMITS);
  #selection = 0;

  constructor(paths: readonly HPath[]) {
    this.types = new Uint8Array(paths.length);
    this.starts = new Uint32Array(paths.length);
    this.ends = new Uint32Array(paths.length);
    const slots = paths.map((path, slot) => ({ segments: path.segments, slot })).filter(({ segments }) => segments.length > 0);
    this.#roots = nodesOf(slots, 0);
  }

  /**
   * Looks through the event at [start, end).
   * @throws ProtocolError (eventIndex 0) when its bytes are not those of an event
   */
  select(buf: Buffer, start: number, end: number): void {
    if (end > buf.length) end = buf.length;
    if (!(start >= 0)) throw new ProtocolError('bad-value', `expected the event to start at 0 or later, but it is ${start}`, 0, -1);
    if (end - start < EVENT_HEADER_BYTES) throw truncated('an event header', EVENT_HEADER_BYTES, Math.max(end - start, 0), 0, start);
    // A loop, because a call of fill() costs more than the few slots that there are.
    for (let i = 0; i < this.types.length; i++) this.types[i] = 0;
    if (this.#roots.length === 0) return;
    this.#walker.beginEvent(0);
    // Stays a small integer: a larger one would be an object.
    this.#selection = (this.#selection + 1) & 0x3fff_ffff;
    this.#container(buf, start + EVENT_HEADER_BYTES, end, this.#roots, 0);
  }

  #container(buf: Buffer, pos: number, end: number, nodes: readonly PathNode[], depth: number): number {
    if (end - pos < 2) throw truncated('a tag count', 2, end - pos, 0, pos);
    const count = (buf[pos]! << 8) | buf[pos + 1]!;
    pos += 2;
    // Tags mostly come in the order of the paths.
    let expected = 0;
    for (let i = 0; i < count; i++) {
      const typeAt = this.#walker.passKey(buf, pos, end);
      const found = findNode(nodes, buf, pos, typeAt, expected);
      const type = buf[typeAt]!;
      if (found < 0) pos = this.#walker.passValue(buf, typeAt + 1, end, type, depth);
      else {
        expected = found + 1;
        pos = this.#selected(buf, typeAt + 1, end, nodes[found]!, type, depth);
      }
    }
    return pos;
  }

  #selected(buf: Buffer, pos: number, end: number, node: PathNode, type: number, depth: number): number {
    // An earlier tag of the same key, with all that was found in it, does not count any more.
    if (node.foundIn === this.#selection) for (let i = 0; i < node.slotsBelow.length; i++) this.types[node.slotsBelow[i]!] = 0;
    node.foundIn = this.#selection;
    const descends = type === TypeCode.CONTAINER && node.children.length > 0 && depth < WIDEST_CHECK_LIMITS.maxDepth;
    const next = descends ? this.#container(buf, pos, end, node.children, depth + 1) : this.#walker.passValue(buf, pos, end, type, depth);
    const valueStart = type === TypeCode.STRING ? pos + LENGTH_BYTES : pos;
    for (let i = 0; i < node.slots.length; i++) {
      const slot = node.slots[i]!;
      this.types[slot] = type;
      this.starts[slot] = valueStart;
      this.ends[slot] = next;
    }
    return next;
  }
}

/** Turns paths that agree in their first `depth` segments into the nodes below. */
function nodesOf(paths: readonly { segments: readonly string[]; slot: number }[], depth: number): PathNode[] {
  const byKey = Map.groupBy(paths, ({ segments }) => segments[depth]!);
  return [...byKey].map(([key, members]) => ({
    key: Buffer.from(key),
    keyLength: Buffer.byteLength(key),
    children: nodesOf(
      members.filter(({ segments }) => segments.length > depth + 1),
      depth + 1,
    ),
    slots: members.filter(({ segments }) => segments.length === depth + 1).map(({ slot }) => slot),
    slotsBelow: members.map(({ slot }) => slot),
    foundIn: 0,
  }));
}

/**
 * @param pos where the key's length stands; the key ends at `keyEnd`
 * @param expected which is looked at first
 * @returns its place; -1 = none
 */
function findNode(nodes: readonly PathNode[], buf: Buffer, pos: number, keyEnd: number, expected: number): number {
  const length = keyEnd - pos - 1;
  let i = expected;
  for (let left = nodes.length; left > 0; left--, i++) {
    if (i >= nodes.length) i = 0;
    const node = nodes[i]!;
    if (node.keyLength !== length) continue;
    const { key } = node;
    let at = 0;
    while (at < length && key[at] === buf[pos + 1 + at]) at++;
    if (at === length) return i;
  }
  return -1;
}
