import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { unpackBody } from '@hercules/gateway/receivers/door/content-encoding.ts';
import { compressLz4Block, decompressLz4Block, decompressSnappyBlock } from '@hercules/protocol';
import { compress } from 'snappyjs';
import { type FuzzTarget, Mistaken } from '../fuzz-target.ts';

const MAX_BYTES = 1_000_000;
const PLAIN = [
  Buffer.from('{"resourceLogs":[]}'.repeat(50)),
  Buffer.alloc(300_000),
  Buffer.from('x'),
  Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7919) & 0xff)),
];
/** More than is allowed when unpacked. */
const BOMB = Buffer.alloc(50_000_000);

function target(pack: (plain: Buffer) => Buffer, unpack: (packed: Buffer) => Buffer): FuzzTarget {
  return {
    seeds: PLAIN.map(pack),
    hostile: [pack(BOMB)],
    run(input) {
      const { length } = unpack(input);
      if (length > MAX_BYTES) throw new Mistaken(`${length} bytes came out where ${MAX_BYTES} are allowed`);
    },
  };
}

export const snappyBlock = (): FuzzTarget => target(compress, (packed) => decompressSnappyBlock(packed, MAX_BYTES));
export const lz4Block = (): FuzzTarget => target(compressLz4Block, (packed) => decompressLz4Block(packed, MAX_BYTES));
export const gzip = (): FuzzTarget => target(gzipSync, (packed) => unpackBody(packed, 'gzip', MAX_BYTES));
export const deflate = (): FuzzTarget => target(deflateSync, (packed) => unpackBody(packed, 'deflate', MAX_BYTES));
export const zstd = (): FuzzTarget => target(zstdCompressSync, (packed) => unpackBody(packed, 'zstd', MAX_BYTES));
