import * as fc from 'fast-check';
import { QuantileSketch, SKETCH_ACCURACY } from './quantile-sketch.ts';

const sketchOf = (values: readonly number[]): QuantileSketch => {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  return sketch;
};
const QUANTILES = [0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1];
/** Within the range that the bins cover without joining: 2048 bins are 17 powers of ten. */
const values = fc.array(
  fc.oneof(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), fc.double({ min: -1e9, max: -1e-6, noNaN: true }), fc.constant(0)),
  {
    minLength: 1,
    maxLength: 300,
  },
);

describe('QuantileSketch', () => {
  it('is right within its accuracy', () => {
    fc.assert(
      fc.property(values, (list) => {
        const sketch = sketchOf(list);
        const sorted = [...list].sort((a, b) => a - b);
        for (const q of QUANTILES) {
          const exact = sorted[Math.floor(q * (sorted.length - 1))]!;
          expect(Math.abs(sketch.quantile(q) - exact)).toBeLessThanOrEqual(Math.abs(exact) * SKETCH_ACCURACY * 1.0001 + 1e-9);
        }
      }),
    );
  });

  it('merges parts into the sketch of the whole, in any order', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const whole = sketchOf([...one, ...other]).encode();
        for (const [a, b] of [
          [one, other],
          [other, one],
        ] as const) {
          const merged = sketchOf(a);
          merged.merge(sketchOf(b));
          expect(merged.encode()).toEqual(whole);
        }
      }),
    );
  });

  it('comes back from its bytes', () => {
    fc.assert(
      fc.property(values, (list) => {
        const sketch = sketchOf(list);
        const bytes = sketch.encode();
        const copy = QuantileSketch.decode(Buffer.concat([Buffer.of(1), bytes, Buffer.of(2)]), 1, 1 + bytes.length);
        expect(copy.encode()).toEqual(bytes);
        expect(copy.count).toBe(list.length);
      }),
    );
  });

  it('joins the lowest bins when the values are too far apart, and keeps the highest right', () => {
    const list = Array.from({ length: 600 }, (_, i) => 10 ** (i / 2 - 8));
    for (const order of [list, [...list].reverse()]) {
      const sketch = sketchOf(order.filter((value) => value > 1e-9));
      expect(sketch.quantile(1) / list.at(-1)!).toBeCloseTo(1, 1);
      expect(sketch.quantile(0.995) / list[Math.floor(0.995 * (list.length - 1))]!).toBeCloseTo(1, 0);
      expect(sketch.count).toBe(list.length - 0 - list.filter((value) => value <= 1e-9).length);
      expect(sketch.encode().length).toBeLessThan(5000);
    }
  });

  it.each(['', '00', '0001', '00ff', 'ffffffffffffffffff01'])('does not read %j as a sketch', (hex) => {
    expect(() => QuantileSketch.decode(Buffer.from(hex, 'hex'))).toThrow('expected a sketch');
  });

  it('has no quantile when empty', () => {
    expect(new QuantileSketch().quantile(0.5)).toBeNaN();
  });
});
