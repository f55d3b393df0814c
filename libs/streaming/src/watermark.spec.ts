import { Watermark } from './watermark.ts';

const options = { disorderMs: 100, maxAheadMs: 1000, idleMs: 500 };

describe('Watermark', () => {
  it('follows the newest event at a distance, and never goes back', () => {
    const watermark = new Watermark(options, 0);
    expect(watermark.valueMs).toBe(-Infinity);
    for (const eventMs of [5000, 4000, 5200, 5100]) expect(watermark.observe(eventMs, 6000, 6000)).toBe(true);
    expect(watermark.valueMs).toBe(5100);
  });

  it('does not believe an event of the future', () => {
    const watermark = new Watermark(options, 0, 10);
    expect(watermark.observe(7001, 6000, 9000)).toBe(false);
    expect(watermark.observe(10_001, -1, 9000)).toBe(false);
    expect(watermark.valueMs).toBe(10);
    expect(watermark.observe(7000, 6000, 9000)).toBe(true);
    expect(watermark.valueMs).toBe(6900);
  });

  it('lets time pass by the clock only when nothing has come for long enough', () => {
    const watermark = new Watermark(options, 0);
    watermark.observe(5000, 5000, 10_000);
    watermark.passIdle(10_499);
    expect(watermark.valueMs).toBe(4900);
    watermark.passIdle(10_500);
    expect(watermark.valueMs).toBe(9900);
  });
});
