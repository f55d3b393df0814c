import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('gives what was saved up, then the rate', () => {
    const bucket = new TokenBucket(100, 200, 0);
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(200);
    expect(bucket.waitMs(0)).toBeCloseTo(10);
    expect(bucket.waitMs(10)).toBe(0);
  });

  it('goes into debt for what is larger, and waits until it is paid', () => {
    const bucket = new TokenBucket(100, 100, 0);
    bucket.take(1100);
    expect(bucket.waitMs(0)).toBeCloseTo(10_010);
    expect(bucket.waitMs(5000)).toBeCloseTo(5010);
    expect(bucket.waitMs(10_010)).toBe(0);
  });

  it('saves up no more than its capacity', () => {
    const bucket = new TokenBucket(10, 20, 0);
    expect(bucket.waitMs(1_000_000)).toBe(0);
    bucket.take(20);
    expect(bucket.waitMs(1_000_000)).toBeCloseTo(100);
  });

  it('keeps its debt when the rate changes, and no more than the new capacity', () => {
    const bucket = new TokenBucket(100, 100, 0);
    bucket.take(200);
    bucket.change(10, 10, 0);
    expect(bucket.waitMs(0)).toBeCloseTo(10_100);
    const full = new TokenBucket(100, 100, 0);
    full.change(1, 5, 0);
    full.take(5);
    expect(full.waitMs(0)).toBeCloseTo(1000);
  });

  it('lets one pass now and then when the rate is tiny', () => {
    const bucket = new TokenBucket(0.5, 0.5, 0);
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(1);
    expect(bucket.waitMs(0)).toBeCloseTo(2000);
  });
});
