import { HistogramQuantiles } from './histogram-quantiles.ts';
import { parsePrometheusText } from './prometheus-text.ts';

const samples = (...counts: readonly number[]) => {
  const [atTenth, atOne, all] = counts;
  return parsePrometheusText(`# TYPE hercules_x_seconds histogram
hercules_x_seconds_bucket{le="0.1",method="a"} ${atTenth}
hercules_x_seconds_bucket{le="1",method="a"} ${atOne}
hercules_x_seconds_bucket{le="+Inf",method="a"} ${all}
hercules_x_seconds_bucket{le="0.1",method="b"} 10
hercules_x_seconds_bucket{le="1",method="b"} 10
hercules_x_seconds_bucket{le="+Inf",method="b"} 10
`);
};

describe('HistogramQuantiles', () => {
  it('tells where half and where almost all of the new observations are', () => {
    const quantiles = new HistogramQuantiles();
    expect(quantiles.next(samples(1000, 1000, 1000))).toEqual([]);
    const [half, most] = quantiles.next(samples(1080, 1100, 1100));
    expect(half).toEqual({ name: 'hercules_x_seconds', tags: [['quantile', '0.5']], value: expect.closeTo((0.1 * 50) / 80) as number });
    expect(most).toMatchObject({ tags: [['quantile', '0.99']], value: expect.closeTo(0.1 + (0.9 * 19) / 20) as number });
  });

  it('tells the last bound of what is above it', () => {
    const quantiles = new HistogramQuantiles();
    quantiles.next(samples(0, 0, 0));
    expect(quantiles.next(samples(0, 0, 10)).map(({ value }) => value)).toEqual([1, 1]);
  });

  it('tells nothing without new observations, and after the app began to count anew', () => {
    const quantiles = new HistogramQuantiles();
    quantiles.next(samples(5, 5, 5));
    expect(quantiles.next(samples(5, 5, 5))).toEqual([]);
    expect(quantiles.next(samples(1, 1, 1))).toEqual([]);
    expect(quantiles.next(samples(2, 2, 2))).toHaveLength(2);
  });
});
