import { compressSync, uncompressSync } from 'lz4-napi';
import { HerculesError } from './errors.ts';

/** The native functions put the length of the plain bytes before the block, in 4 bytes, little-endian. A raw block goes without it. */
const SIZE_PREFIX_BYTES = 4;
const MAX_UINT32 = 0xffff_ffff;
/** A byte of a block stands for 255 plain bytes at most; the rest covers the ends of short blocks. */
const MAX_EXPANSION = 255;
const EXPANSION_SLACK = 64;

/**
 * Unpacks one raw LZ4 block: no frame, no length before it (apis §3).
 *
 * Memory is asked for by what the block can expand to, and never above `declaredLength`; a declared length that lies costs nothing.
 * @param declaredLength upper bound of the plain bytes; fewer are fine
 * @throws HerculesError INVALID_ARGUMENT when the block is broken or expands beyond the declared length
 */
export function decompressLz4Block(src: Buffer, declaredLength: number): Buffer {
  if (!Number.isInteger(declaredLength) || declaredLength < 0 || declaredLength > MAX_UINT32) {
    throw new HerculesError('INVALID_ARGUMENT', `expected a plain length from 0 to ${MAX_UINT32}, but it is ${declaredLength}`);
  }
  const room = Math.min(declaredLength, src.length * MAX_EXPANSION + EXPANSION_SLACK);
  const prefixed = Buffer.allocUnsafe(SIZE_PREFIX_BYTES + src.length);
  prefixed.writeUInt32LE(room, 0);
  src.copy(prefixed, SIZE_PREFIX_BYTES);
  try {
    return uncompressSync(prefixed);
  } catch (cause) {
    const message = `expected an LZ4 block of at most ${declaredLength} plain bytes, but it is broken or longer`;
    throw new HerculesError('INVALID_ARGUMENT', message, { cause });
  }
}

/** Packs bytes into one raw LZ4 block. */
export function compressLz4Block(src: Buffer): Buffer {
  return compressSync(src).subarray(SIZE_PREFIX_BYTES);
}
