import { freeChunk } from './body-chunk.ts';

describe('freeChunk', () => {
  it('takes the memory from a chunk that has it for itself', () => {
    const chunk = Buffer.allocUnsafeSlow(5000);
    freeChunk(chunk);
    expect(chunk).toHaveLength(0);
    expect(chunk.buffer.byteLength).toBe(0);
  });

  it('leaves shared memory alone', () => {
    const memory = Buffer.allocUnsafeSlow(20_000).fill(7);
    freeChunk(memory.subarray(0, 10_000));
    freeChunk(memory.subarray(10_000));
    expect(memory.every((byte) => byte === 7)).toBe(true);
    expect(memory).toHaveLength(20_000);
  });

  it('leaves small chunks to the collector', () => {
    const chunk = Buffer.allocUnsafeSlow(100);
    freeChunk(chunk);
    expect(chunk).toHaveLength(100);
  });
});
