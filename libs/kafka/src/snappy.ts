/**
 * Decoder for snappy as Kafka producers write it: a raw snappy block, or blocks in the frame of the xerial library.
 *
 * Raw block (https://github.com/google/snappy, format_description.txt): the uncompressed length as a little-endian varint, then elements.
 * The low two bits of an element's tag say what it is: 0 literal, 1/2/3 copy with an offset of 1 + 3 bits, 2 bytes, 4 bytes.
 * xerial frame: `82 53 4e 41 50 50 59 00`, int32 version, int32 compatible version, then int32 length + raw block, repeated; big-endian.
 */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** Bytes that are no snappy, or that would decompress to more than allowed (`RangeError` is never thrown for them). */
export class SnappyError extends Error {}

/**
 * Decompresses a raw or xerial-framed snappy buffer.
 * @param maxBytes most bytes that the result may have
 * @throws SnappyError
 */
export function decompressSnappy(source: Buffer, maxBytes: number): Buffer {
  if (source.length < XERIAL_HEADER_BYTES || !source.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    return decompressBlock(source, maxBytes);
  }
  const blocks: Buffer[] = [];
  let total = 0;
  let position = XERIAL_HEADER_BYTES;
  while (position < source.length) {
    if (position + 4 > source.length) throw new SnappyError('the last chunk length is cut off');
    const length = source.readInt32BE(position);
    position += 4;
    if (length < 0 || position + length > source.length) throw new SnappyError(`a chunk of ${length} bytes does not fit`);
    const block = decompressBlock(source.subarray(position, position + length), maxBytes - total);
    blocks.push(block);
    total += block.length;
    position += length;
  }
  return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks, total);
}

function decompressBlock(source: Buffer, maxBytes: number): Buffer {
  let position = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    if (position >= source.length || shift > 28) throw new SnappyError('the uncompressed length cannot be read');
    const byte = source[position++]!;
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > maxBytes) throw new SnappyError(`the uncompressed length ${size} is over the limit of ${maxBytes} bytes`);
  // A copy of 64 bytes takes two bytes at least, so a length far above that is a lie and must not cost memory.
  if (size > source.length * 32) throw new SnappyError(`the uncompressed length ${size} cannot come from ${source.length} bytes`);

  const target = Buffer.allocUnsafe(size);
  let written = 0;
  while (position < source.length) {
    const tag = source[position++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const bytes = length - 59;
        if (position + bytes > source.length) throw new SnappyError('a literal length is cut off');
        length = source.readUIntLE(position, bytes);
        position += bytes;
      }
      length++;
      if (position + length > source.length || written + length > size) throw new SnappyError('a literal does not fit');
      source.copy(target, written, position, position + length);
      position += length;
      written += length;
      continue;
    }
    const offsetBytes = kind === 3 ? 4 : kind;
    if (position + offsetBytes > source.length) throw new SnappyError('a copy offset is cut off');
    let offset = source.readUIntLE(position, offsetBytes);
    position += offsetBytes;
    let length = (tag >> 2) + 1;
    if (kind === 1) {
      offset += (tag >> 5) << 8;
      length = ((tag >> 2) & 7) + 4;
    }
    if (offset === 0 || offset > written || written + length > size) throw new SnappyError('a copy does not fit');
    if (offset >= length) target.copyWithin(written, written - offset, written - offset + length);
    else for (let i = 0; i < length; i++) target[written + i] = target[written - offset + i]!;
    written += length;
  }
  if (written !== size) throw new SnappyError(`${written} bytes came out where ${size} were announced`);
  return target;
}
