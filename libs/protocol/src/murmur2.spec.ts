import { kafkaPartition, murmur2 } from './murmur2.ts';

describe('murmur2', () => {
  // Values of Kafka's own UtilsTest.
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('of %j', (text, signed) => {
    const bytes = Buffer.from(`--${text}--`);
    expect(murmur2(bytes, 2, bytes.length - 2)).toBe(signed >>> 0);
    expect(kafkaPartition(bytes, 2, bytes.length - 2, 10)).toBe((signed & 0x7fffffff) % 10);
  });

  it('reads nothing behind its range', () => {
    expect(murmur2(Buffer.from('abcdefg'), 0, 5)).toBe(murmur2(Buffer.from('abcdexx'), 0, 5));
  });
});
