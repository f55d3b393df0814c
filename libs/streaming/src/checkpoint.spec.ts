import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';

describe('checkpoint', () => {
  it.each([
    { position: 0, watermarkMs: -Infinity, forgottenMs: -Infinity },
    { position: 2 ** 50, watermarkMs: 1_700_000_000_123, forgottenMs: 1_700_000_000_000 },
    { position: 7, watermarkMs: -5, forgottenMs: 0 },
  ])('%j comes back as it was', (checkpoint) => {
    const text = encodeCheckpoint(checkpoint);
    expect(decodeCheckpoint(text)).toEqual(checkpoint);
    expect(text.length).toBeLessThan(100);
  });

  it.each(['', 'v1', 'v1 1 2', 'v1 x 2 3', 'v2 1 2 3', 'v1 1 2 3 4', '{"offset":1}'])('%j is none', (text) => {
    expect(decodeCheckpoint(text)).toBeUndefined();
  });
});
