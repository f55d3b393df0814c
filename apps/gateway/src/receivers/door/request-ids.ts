import { xxh3 } from '@node-rs/xxhash';

const UUID_BYTES = 16;
const VERSION_AT = 6;
const VARIANT_AT = 8;
const POSITION_AT = 12;

/**
 * Ids of the events of one request, made from its bytes: a client that repeats the request makes no other events. Version 8 of RFC 9562: a hash of 128 bits,
 * whose last 32 are mixed with the position.
 */
export class RequestIds {
  readonly #hash = Buffer.allocUnsafe(UUID_BYTES);

  /** @param body of the request, unpacked */
  constructor(body: Buffer) {
    const hash = xxh3.xxh128(body);
    this.#hash.writeBigUInt64BE(hash >> 64n, 0);
    this.#hash.writeBigUInt64BE(hash & 0xffff_ffff_ffff_ffffn, 8);
    this.#hash[VERSION_AT] = 0x80 | (this.#hash[VERSION_AT]! & 0x0f);
    this.#hash[VARIANT_AT] = 0x80 | (this.#hash[VARIANT_AT]! & 0x3f);
  }

  /** Writes the 16 bytes of an id. @param position of the event among those of the request, below 2^32 */
  uuidInto(buf: Buffer, at: number, position: number): void {
    this.#hash.copy(buf, at);
    buf.writeUInt32BE((this.#hash.readUInt32BE(POSITION_AT) ^ position) >>> 0, at + POSITION_AT);
  }

  /** The 16 bytes of an id. */
  uuid(position: number): Buffer {
    const uuid = Buffer.allocUnsafe(UUID_BYTES);
    this.uuidInto(uuid, 0, position);
    return uuid;
  }
}
