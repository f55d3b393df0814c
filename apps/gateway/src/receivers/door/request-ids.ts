import { xxh64 } from '@node-rs/xxhash';

const UUID_BYTES = 16;
const VERSION_AT = 6;
const VARIANT_AT = 8;
/** RFC 9562 §5.8: version 8 is for uuids made in a way of one's own. */
const VERSION_8 = 0x80;
const VARIANT = 0x80;
const POSITION_AT = 12;
const FIRST_SEED = 0n;
/** Any other number; this one is the golden ratio's fraction. */
const SECOND_SEED = 0x9e3779b97f4a7c15n;

/**
 * Uuids of the events of one request, made from its bytes and the position of each item: a client that sends the same request again makes the
 * same events, which are then seen once. They are two 64-bit xxHashes of the body, with different seeds, and the position mixed into the last four
 * bytes. XXH3 would give 128 bits at once, and takes three times as long here: its package comes without vector instructions.
 */
export class RequestIds {
  readonly #digest = Buffer.allocUnsafe(UUID_BYTES);
  readonly #last: number;

  /** @param body the whole request, unpacked */
  constructor(body: Buffer) {
    this.#digest.writeBigUInt64BE(xxh64(body, FIRST_SEED), 0);
    this.#digest.writeBigUInt64BE(xxh64(body, SECOND_SEED), 8);
    this.#digest[VERSION_AT] = (this.#digest[VERSION_AT]! & 0x0f) | VERSION_8;
    this.#digest[VARIANT_AT] = (this.#digest[VARIANT_AT]! & 0x3f) | VARIANT;
    this.#last = this.#digest.readInt32BE(POSITION_AT);
  }

  /**
   * Writes the 16 bytes of an item's uuid.
   * @param position of the event within its request: below 2^32, each its own
   */
  uuidInto(buf: Buffer, at: number, position: number): void {
    const digest = this.#digest;
    for (let i = 0; i < POSITION_AT; i++) buf[at + i] = digest[i]!;
    const last = this.#last ^ position;
    buf[at + 12] = last >>> 24;
    buf[at + 13] = last >>> 16;
    buf[at + 14] = last >>> 8;
    buf[at + 15] = last;
  }

  /** The 16 bytes of an item's uuid, in a buffer of their own. */
  uuid(position: number): Buffer {
    const uuid = Buffer.allocUnsafe(UUID_BYTES);
    this.uuidInto(uuid, 0, position);
    return uuid;
  }
}
