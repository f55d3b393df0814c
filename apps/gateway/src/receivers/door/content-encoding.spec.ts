import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { unpackBody } from './content-encoding.ts';

const BODY = Buffer.from('{"resourceLogs":[]}'.repeat(100));

describe('unpackBody', () => {
  it.each([
    [undefined, BODY],
    ['identity', BODY],
    ['', BODY],
    ['gzip', gzipSync(BODY)],
    ['x-gzip', gzipSync(BODY)],
    [' GZIP ', gzipSync(BODY)],
    ['deflate', deflateSync(BODY)],
    ['deflate', deflateRawSync(BODY)],
    ['zstd', zstdCompressSync(BODY)],
  ])('%s', (encoding, packed) => {
    expect(unpackBody(packed, encoding, BODY.length).equals(BODY)).toBe(true);
  });

  it.each(['br', 'gzip, gzip', 'lz4'])('refuses %s and names what it knows', (encoding) => {
    expect(() => unpackBody(BODY, encoding, 1e6)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_ENCODING', message: expect.stringMatching(/gzip, deflate, zstd/) }),
    );
  });

  it.each([
    ['gzip', gzipSync(BODY)],
    ['deflate', deflateSync(BODY)],
    ['zstd', zstdCompressSync(BODY)],
  ])('refuses what grows beyond the limit: %s', (encoding, packed) => {
    expect(() => unpackBody(packed, encoding, BODY.length - 1)).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }));
  });

  it.each(['gzip', 'deflate', 'zstd'])('refuses what is no %s', (encoding) => {
    expect(() => unpackBody(BODY, encoding, 1e6)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
