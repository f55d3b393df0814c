import { decompressSnappyBlock, HerculesError } from '@hercules/protocol';

/** The frame of the xerial library, which Kafka producers use: magic, int32 version, int32 compatible version; big-endian. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/**
 * Decompresses snappy as Kafka producers write it: a raw block, or blocks in the xerial frame: int32 length + raw block, repeated.
 * @param maxBytes most bytes that the result may have
 * @throws HerculesError PAYLOAD_TOO_LARGE above that, INVALID_ARGUMENT for bytes that are no snappy
 */
export function decompressSnappy(source: Buffer, maxBytes: number): Buffer {
  if (source.length < XERIAL_HEADER_BYTES || !source.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    return decompressSnappyBlock(source, maxBytes);
  }
  const blocks: Buffer[] = [];
  let total = 0;
  let position = XERIAL_HEADER_BYTES;
  while (position < source.length) {
    if (position + 4 > source.length) throw new HerculesError('INVALID_ARGUMENT', 'the last chunk length is cut off');
    const length = source.readInt32BE(position);
    position += 4;
    if (length < 0 || position + length > source.length) {
      throw new HerculesError('INVALID_ARGUMENT', `a chunk of ${length} bytes does not fit`);
    }
    const block = decompressSnappyBlock(source.subarray(position, position + length), maxBytes - total);
    blocks.push(block);
    total += block.length;
    position += length;
  }
  return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks, total);
}
