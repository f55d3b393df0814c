import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Unsigned 32-bit hash of the bytes in [start, end). */
export type Hash32 = (buf: Buffer, start: number, end: number) => number;

/** The hashes that a splitter may use (sinks §8); of those wider than 32 bits the first four bytes count, little-endian. */
export const HASH_ALGORITHMS = [
  'xxhash32',
  'murmur3_32',
  'murmur3_128',
  'crc32',
  'crc32c',
  'adler32',
  'sip24',
  'md5',
  'sha1',
  'sha256',
  'sha384',
  'sha512',
] as const;

export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number];

/** The hash of this name. */
export function hashFunction(algorithm: HashAlgorithm): Hash32 {
  switch (algorithm) {
    case 'xxhash32':
      return xxhash32;
    case 'murmur3_32':
      return murmur3x32;
    case 'murmur3_128':
      return murmur3x128;
    case 'crc32':
      return (buf, start, end) => crc32(buf.subarray(start, end));
    case 'crc32c':
      return crc32c;
    case 'adler32':
      return adler32;
    case 'sip24':
      return sipHash24;
    case 'md5':
    case 'sha1':
    case 'sha256':
    case 'sha384':
    case 'sha512':
      return (buf, start, end) => createHash(algorithm).update(buf.subarray(start, end)).digest().readUInt32LE(0);
  }
}

function word(buf: Buffer, at: number): number {
  return buf[at]! | (buf[at + 1]! << 8) | (buf[at + 2]! << 16) | (buf[at + 3]! << 24);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

// ---- xxHash32, seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md) ------------------------------------------------------------

const XX1 = 0x9e3779b1 | 0;
const XX2 = 0x85ebca77 | 0;
const XX3 = 0xc2b2ae3d | 0;
const XX4 = 0x27d4eb2f;
const XX5 = 0x165667b1;

function xxRound(lane: number, input: number): number {
  return Math.imul(rotate((lane + Math.imul(input, XX2)) | 0, 13), XX1);
}

function xxhash32(buf: Buffer, start: number, end: number): number {
  let at = start;
  let hash: number;
  if (end - start >= 16) {
    let a = (XX1 + XX2) | 0;
    let b = XX2;
    let c = 0;
    let d = -XX1 | 0;
    for (; at + 16 <= end; at += 16) {
      a = xxRound(a, word(buf, at));
      b = xxRound(b, word(buf, at + 4));
      c = xxRound(c, word(buf, at + 8));
      d = xxRound(d, word(buf, at + 12));
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  } else {
    hash = XX5;
  }
  hash = (hash + (end - start)) | 0;
  for (; at + 4 <= end; at += 4) hash = Math.imul(rotate((hash + Math.imul(word(buf, at), XX3)) | 0, 17), XX4);
  for (; at < end; at++) hash = Math.imul(rotate((hash + Math.imul(buf[at]!, XX5)) | 0, 11), XX1);
  hash = Math.imul(hash ^ (hash >>> 15), XX2);
  hash = Math.imul(hash ^ (hash >>> 13), XX3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

// ---- MurmurHash3, seed 0 (github.com/aappleby/smhasher, MurmurHash3.cpp) ----------------------------------------------------------

function murmurMix(input: number): number {
  return Math.imul(rotate(Math.imul(input, 0xcc9e2d51), 15), 0x1b873593);
}

function murmur3x32(buf: Buffer, start: number, end: number): number {
  let hash = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = (Math.imul(rotate(hash ^ murmurMix(word(buf, at)), 13), 5) + 0xe6546b64) | 0;
  let rest = 0;
  for (let i = end - 1; i >= at; i--) rest = (rest << 8) | buf[i]!;
  if (at < end) hash ^= murmurMix(rest);
  hash ^= end - start;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const MASK = 0xffff_ffff_ffff_ffffn;
const M1 = 0x87c37b91114253d5n;
const M2 = 0x4cf5ad432745937fn;

function rotate64(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

function mixFirst(value: bigint): bigint {
  return (rotate64((value * M1) & MASK, 31n) * M2) & MASK;
}

function mixSecond(value: bigint): bigint {
  return (rotate64((value * M2) & MASK, 33n) * M1) & MASK;
}

function finish64(value: bigint): bigint {
  value = ((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn) & MASK;
  value = ((value ^ (value >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK;
  return value ^ (value >> 33n);
}

/** Little-endian number of up to eight bytes. */
function number64(buf: Buffer, start: number, end: number): bigint {
  let value = 0n;
  for (let i = end - 1; i >= start; i--) value = (value << 8n) | BigInt(buf[i]!);
  return value;
}

/** The 128-bit variant for 64-bit machines. */
function murmur3x128(buf: Buffer, start: number, end: number): number {
  let first = 0n;
  let second = 0n;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    first ^= mixFirst(buf.readBigUInt64LE(at));
    first = ((rotate64(first, 27n) + second) * 5n + 0x52dce729n) & MASK;
    second ^= mixSecond(buf.readBigUInt64LE(at + 8));
    second = ((rotate64(second, 31n) + first) * 5n + 0x38495ab5n) & MASK;
  }
  first ^= mixFirst(number64(buf, at, Math.min(end, at + 8)));
  if (end > at + 8) second ^= mixSecond(number64(buf, at + 8, end));
  const length = BigInt(end - start);
  first ^= length;
  second ^= length;
  first = (first + second) & MASK;
  second = (second + first) & MASK;
  first = finish64(first);
  second = finish64(second);
  return Number((first + second) & 0xffff_ffffn);
}

// ---- checksums --------------------------------------------------------------------------------------------------------------------

/** CRC-32C, polynomial 0x1EDC6F41 reflected (RFC 3720, appendix B.4). */
const CASTAGNOLI = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(buf: Buffer, start: number, end: number): number {
  let crc = -1;
  for (let i = start; i < end; i++) crc = CASTAGNOLI[(crc ^ buf[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const ADLER_BASE = 65_521;
/** So many bytes may be added before the sums leave 32 bits (RFC 1950). */
const ADLER_RUN = 3800;

function adler32(buf: Buffer, start: number, end: number): number {
  let a = 1;
  let b = 0;
  for (let at = start; at < end;) {
    for (const stop = Math.min(end, at + ADLER_RUN); at < stop; at++) b += a += buf[at]!;
    a %= ADLER_BASE;
    b %= ADLER_BASE;
  }
  return ((b << 16) | a) >>> 0;
}

// ---- SipHash-2-4 with the key 00 01 … 0f (131002.net/siphash) ---------------------------------------------------------------------

const SIP_KEY_0 = 0x0706050403020100n;
const SIP_KEY_1 = 0x0f0e0d0c0b0a0908n;

function sipHash24(buf: Buffer, start: number, end: number): number {
  let v0 = SIP_KEY_0 ^ 0x736f6d6570736575n;
  let v1 = SIP_KEY_1 ^ 0x646f72616e646f6dn;
  let v2 = SIP_KEY_0 ^ 0x6c7967656e657261n;
  let v3 = SIP_KEY_1 ^ 0x7465646279746573n;
  const rounds = (times: number): void => {
    for (let i = 0; i < times; i++) {
      v0 = (v0 + v1) & MASK;
      v1 = rotate64(v1, 13n) ^ v0;
      v0 = rotate64(v0, 32n);
      v2 = (v2 + v3) & MASK;
      v3 = rotate64(v3, 16n) ^ v2;
      v0 = (v0 + v3) & MASK;
      v3 = rotate64(v3, 21n) ^ v0;
      v2 = (v2 + v1) & MASK;
      v1 = rotate64(v1, 17n) ^ v2;
      v2 = rotate64(v2, 32n);
    }
  };
  const take = (value: bigint): void => {
    v3 ^= value;
    rounds(2);
    v0 ^= value;
  };
  let at = start;
  for (; at + 8 <= end; at += 8) take(buf.readBigUInt64LE(at));
  take(number64(buf, at, end) | (BigInt((end - start) & 0xff) << 56n));
  v2 ^= 0xffn;
  rounds(4);
  return Number((v0 ^ v1 ^ v2 ^ v3) & 0xffff_ffffn);
}
