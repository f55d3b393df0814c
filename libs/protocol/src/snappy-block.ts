import { HerculesError } from './errors.ts';

/** A copy of 64 bytes takes two bytes at least, so a length far above that is a lie and must not cost memory. */
const MAX_EXPANSION = 32;
/** The announced length has 32 bits: five bytes of seven. */
const MAX_LENGTH_SHIFT = 28;

/**
 * Unpacks one raw snappy block: no frame around it.
 *
 * The block begins with the plain length as a little-endian varint; elements follow. The low two bits of an element's first byte say what it is:
 * 0 literal, 1/2/3 copy with an offset of 1 + 3 bits, 2 bytes, 4 bytes.
 * Source: github.com/google/snappy, format_description.txt.
 * @param maxBytes most plain bytes; memory is asked for only after the announced length was compared with it
 * @throws HerculesError PAYLOAD_TOO_LARGE for a longer block, INVALID_ARGUMENT for bytes that are no snappy block
 */
export function decompressSnappyBlock(source: Buffer, maxBytes: number): Buffer {
  let position = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    if (position >= source.length || shift > MAX_LENGTH_SHIFT) throw broken('the plain length cannot be read', position);
    const byte = source[position++]!;
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > maxBytes) {
    throw new HerculesError('PAYLOAD_TOO_LARGE', `The snappy block has ${size} plain bytes; at most ${maxBytes} are allowed`);
  }
  if (size > source.length * MAX_EXPANSION) throw broken(`${size} plain bytes cannot come from ${source.length}`, 0);

  const target = Buffer.allocUnsafe(size);
  let written = 0;
  while (position < source.length) {
    const tag = source[position++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const bytes = length - 59;
        if (position + bytes > source.length) throw broken('a literal length is cut off', position);
        length = source.readUIntLE(position, bytes);
        position += bytes;
      }
      length++;
      if (position + length > source.length || written + length > size) throw broken('a literal does not fit', position);
      source.copy(target, written, position, position + length);
      position += length;
      written += length;
      continue;
    }
    const offsetBytes = kind === 3 ? 4 : kind;
    if (position + offsetBytes > source.length) throw broken('a copy offset is cut off', position);
    let offset = source.readUIntLE(position, offsetBytes);
    position += offsetBytes;
    let length = (tag >> 2) + 1;
    if (kind === 1) {
      offset += (tag >> 5) << 8;
      length = ((tag >> 2) & 7) + 4;
    }
    if (offset === 0 || offset > written || written + length > size) throw broken('a copy does not fit', position);
    if (offset >= length) target.copyWithin(written, written - offset, written - offset + length);
    else for (let i = 0; i < length; i++) target[written + i] = target[written - offset + i]!;
    written += length;
  }
  if (written !== size) throw broken(`${written} plain bytes came out where ${size} were announced`, position);
  return target;
}

function broken(reason: string, position: number): HerculesError {
  return new HerculesError('INVALID_ARGUMENT', `expected a snappy block, but ${reason} (byte ${position})`);
}
