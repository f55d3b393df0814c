import { compressLz4Block, decompressLz4Block, HerculesError } from '@hercules/protocol';
import { expectEqual, expectThrown } from '../report.ts';
import type { Section } from '../section.ts';

/** `lz4`: raw blocks unpack to their plain bytes, and ours unpack to the same; those with `expect` 400 are refused (apis §3). */
export const lz4: Section = {
  key: 'lz4',
  run(section, _events, report) {
    for (const test of section.list()) {
      const block = test.at('compressedHex').hex();
      const declaredLength = test.at('originalContentLength').number();
      const plain = test.has('rawHex') ? test.at('rawHex').hex() : undefined;
      const isRefused = test.has('expect') && test.at('expect').text().startsWith('4');
      report.check(`lz4/${test.at('name').text()}`, () => {
        if (isRefused) {
          expectThrown(() => decompressLz4Block(block, declaredLength), isInvalidArgument, 'INVALID_ARGUMENT');
          return;
        }
        const unpacked = decompressLz4Block(block, declaredLength);
        if (plain !== undefined) expectEqual(Buffer.from(unpacked), plain, 'the plain bytes');
        expectEqual(decompressLz4Block(compressLz4Block(unpacked), unpacked.length), unpacked, 'our own block, unpacked,');
      });
    }
  },
};

function isInvalidArgument(error: unknown): boolean {
  return error instanceof HerculesError && error.code === 'INVALID_ARGUMENT';
}
