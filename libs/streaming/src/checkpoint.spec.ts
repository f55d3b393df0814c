import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';

describe('checkpoint', () => {
  it.each([
    { position: 0, watermarkMs: -Infinity, forgottenMs: -Infinity, rereadMs: -Infinity },
    { position: 2 ** 50, watermarkMs: 1_700_000_000_123, forgottenMs: 1_700_000_000_000, rereadMs: 1_700_000_000_100 },
    { position: 7, watermarkMs: -5, forgottenMs: 0, rereadMs: -7 },
  ])('%j comes back as it was', (checkpoint) => {
    const text = encodeCheckpoint(checkpoint);
    expect(decodeCheckpoint(text)).toEqual(checkpoint);
    expect(text.length).toBeLessThan(100);
  });

  it('of a version before is read, without the watermark to begin with', () => {
    expect(decodeCheckpoint('v1 7 8 -')).toEqual({ position: 7, watermarkMs: 8, forgottenMs: -Infinity, rereadMs: -Infinity });
  });

  it.each(['', 'v1', 'v1 1 2', 'v1 x 2 3', 'v2 1 2 3', 'v1 1 2 3 4', 'v2 1 2 x 4', 'v2 1 2 3 4 5', 'v3 1 2 3 4', '{"offset":1}'])(
    '%j is none',
    (text) => {
      expect(decodeCheckpoint(text)).toBeUndefined();
    },
  );
});
