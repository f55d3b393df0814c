import { blockOf, valuesOf } from './block-fixture.ts';
import { countBefore, gapBlock, sliceBlock } from './block-slice.ts';

const block = blockOf(0, [10, 11, 14, 15], 17);

describe('slices of a block', () => {
  it('cover all its offsets, gaps too', () => {
    const slices = [sliceBlock(block, 0, 2), sliceBlock(block, 2, 3), sliceBlock(block, 3, 4)];
    expect(slices.map(valuesOf)).toEqual([['10', '11'], ['14'], ['15']]);
    expect(slices.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
      [10, 13],
      [14, 14],
      [15, 17],
    ]);
  });

  it('end before the bound, with what lies before it', () => {
    expect(countBefore(block, 15)).toBe(3);
    const slice = sliceBlock(block, 0, 3, 15);
    expect(valuesOf(slice)).toEqual(['10', '11', '14']);
    expect(slice.lastOffset).toBe(14);
    // The bound lies in the gap that compaction has left.
    expect(sliceBlock(block, 0, 2, 13).lastOffset).toBe(12);
    expect(sliceBlock(block, 0, 0, 10)).toMatchObject({ count: 0, lastOffset: 9 });
  });

  it('hold their part of the memory', () => {
    const { bytes } = sliceBlock(block, 0, 2);
    expect(bytes).toBe(block.bytes / 2);
  });
});

it('a gap is a block without records', () => {
  expect(gapBlock('logs', 1, 5, 9)).toMatchObject({ topic: 'logs', partition: 1, count: 0, firstOffset: 5, lastOffset: 8, bytes: 0 });
});
