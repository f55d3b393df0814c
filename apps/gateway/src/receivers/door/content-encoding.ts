import { gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync, type ZlibOptions } from 'node:zlib';
import { HerculesError } from '@hercules/protocol';

/** What {@link unpackBody} knows, for answers and error texts. */
export const SUPPORTED_ENCODINGS = 'gzip, deflate, zstd';

/** zlib's CMF byte for deflate with any window: the low four bits are 8 (RFC 1950). */
const ZLIB_METHOD = 8;

/**
 * Unpacks a body as its Content-Encoding says. `deflate` is taken with and without zlib's frame, because clients disagree about it.
 * @param encoding value of the header; undefined or `identity`: the body is returned as it is
 * @param maxBytes longest result
 * @throws HerculesError UNSUPPORTED_ENCODING, PAYLOAD_TOO_LARGE beyond the limit, INVALID_ARGUMENT for broken data
 */
export function unpackBody(body: Buffer, encoding: string | undefined, maxBytes: number): Buffer {
  const name = encoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'identity') return body;
  const unpack = UNPACKERS.get(name);
  if (unpack === undefined) {
    throw new HerculesError(
      'UNSUPPORTED_ENCODING',
      `The Content-Encoding ${JSON.stringify(name.slice(0, 50))} is none of ${SUPPORTED_ENCODINGS}`,
    );
  }
  try {
    return unpack(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new HerculesError('PAYLOAD_TOO_LARGE', `The body may have at most ${maxBytes} bytes when unpacked`, { cause });
    }
    throw new HerculesError('INVALID_ARGUMENT', `The body cannot be unpacked as ${name}`, { cause });
  }
}

type Unpack = (body: Buffer, options: ZlibOptions) => Buffer;

const inflate: Unpack = (body, options) => {
  const hasFrame = body.length >= 2 && (body[0]! & 0x0f) === ZLIB_METHOD && body.readUInt16BE(0) % 31 === 0;
  return hasFrame ? inflateSync(body, options) : inflateRawSync(body, options);
};

const UNPACKERS = new Map<string, Unpack>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflate],
  ['zstd', (body, { maxOutputLength }) => zstdDecompressSync(body, { maxOutputLength })],
]);
