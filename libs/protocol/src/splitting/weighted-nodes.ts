import { WIDEST_CHECK_LIMITS } from '../check-limits.ts';
import { ProtocolError } from '../errors.ts';
import { EVENT_HEADER_BYTES } from '../event-header.ts';
import { truncated } from '../format-errors.ts';
import { StructureWalker } from '../structure-walker.ts';
import { type Hash32, type HashAlgorithm, hashFunction } from './hash-algorithms.ts';

export interface WeightedNodesOptions {
  /** Weight of each node by its name, above 0: its share of the events. The order decides between equal scores. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Names of tags at the top of the event whose values decide. */
  readonly shardingKeys: readonly string[];
  readonly algorithm: HashAlgorithm;
}

const GREATEST_HASH = 0xffff_ffff;
/** Room for a node's name before the bytes of the tags, so that both are hashed as one run. */
const NAME_ROOM = 256;

/**
 * Chooses a node for an event by weighted rendezvous hashing (sinks §8): equal tags go to the same node, each node gets its weight's share, and a node that is
 * added or removed moves only the events that it gains or loses. Not re-entrant: one instance is reused for every event.
 *
 * The hash runs over the node's name and then the encoded value (type and bytes) of each listed tag in the order met in the event.
 */
export class WeightedNodes {
  readonly names: readonly string[];
  readonly #nameBytes: readonly Buffer[];
  readonly #weights: readonly number[];
  readonly #keys: readonly Buffer[];
  readonly #hash: Hash32;
  readonly #walker = new StructureWalker(WIDEST_CHECK_LIMITS);
  #scratch = Buffer.alloc(4096);

  /** @throws ProtocolError `bad-value` for no node, a name that is too long or a weight that is not above 0 */
  constructor({ nodes, shardingKeys, algorithm }: WeightedNodesOptions) {
    this.names = Object.keys(nodes);
    this.#nameBytes = this.names.map((name) => Buffer.from(name));
    this.#weights = Object.values(nodes);
    this.#keys = shardingKeys.map((key) => Buffer.from(key));
    this.#hash = hashFunction(algorithm);
    const isGood = (weight: number): boolean => weight > 0 && Number.isFinite(weight);
    if (this.names.length === 0) throw new ProtocolError('bad-value', 'expected one node or more', 0, -1);
    this.names.forEach((name, i) => {
      if (isGood(this.#weights[i]!) && this.#nameBytes[i]!.length <= NAME_ROOM) return;
      throw new ProtocolError('bad-value', `node ${name}: expected a name of at most ${NAME_ROOM} bytes and a weight above 0`, 0, -1);
    });
  }

  /**
   * @returns the place in {@link names} of the node for the event at [start, end)
   * @throws ProtocolError when the bytes are not those of an event
   */
  choose(buf: Buffer, start: number, end: number): number {
    const length = this.#copyTags(buf, start, end);
    let chosen = 0;
    let best = -Infinity;
    for (let i = 0; i < this.#nameBytes.length; i++) {
      const name = this.#nameBytes[i]!;
      const from = NAME_ROOM - name.length;
      name.copy(this.#scratch, from);
      const score = -this.#weights[i]! / Math.log(this.#hash(this.#scratch, from, NAME_ROOM + length) / GREATEST_HASH);
      if (score > best) {
        best = score;
        chosen = i;
      }
    }
    return chosen;
  }

  /** @returns how many bytes the values of the listed tags take behind the room for the name */
  #copyTags(buf: Buffer, start: number, end: number): number {
    if (end - start < EVENT_HEADER_BYTES + 2) throw truncated('an event', EVENT_HEADER_BYTES + 2, Math.max(end - start, 0), 0, start);
    if (this.#scratch.length < NAME_ROOM + end - start) this.#scratch = Buffer.alloc(2 * (NAME_ROOM + end - start));
    this.#walker.beginEvent(0);
    let pos = start + EVENT_HEADER_BYTES;
    let length = 0;
    const count = (buf[pos]! << 8) | buf[pos + 1]!;
    pos += 2;
    for (let i = 0; i < count; i++) {
      const typeAt = this.#walker.passKey(buf, pos, end);
      const next = this.#walker.passValue(buf, typeAt + 1, end, buf[typeAt]!, 0);
      if (this.#isListed(buf, pos + 1, typeAt)) {
        buf.copy(this.#scratch, NAME_ROOM + length, typeAt, next);
        length += next - typeAt;
      }
      pos = next;
    }
    return length;
  }

  #isListed(buf: Buffer, start: number, end: number): boolean {
    for (const key of this.#keys) if (key.length === end - start && buf.compare(key, 0, key.length, start, end) === 0) return true;
    return false;
  }
}
