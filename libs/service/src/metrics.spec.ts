import { MetricsRegistry } from './metrics.ts';
import { parsePrometheusText } from './testing/prometheus-text.ts';
import { WorkerMetrics } from './worker-metrics.ts';

async function samples(text: Promise<string>, name: string) {
  return parsePrometheusText(await text).get(name)?.samples;
}

it('reads plain numbers when it is asked', async () => {
  const metrics = new MetricsRegistry();
  let count = 0;
  metrics.counterFrom('hercules_x_total', 'X', [], () => count);
  metrics.gaugeFrom('hercules_y', 'Y "and" more', ['a'], () => [
    { labels: { a: 'say "hi"\n' }, value: 1.5 },
    { labels: { a: 2 }, value: -1 },
  ]);
  count = 3;
  expect(await samples(metrics.text(), 'hercules_x_total')).toEqual([{ name: 'hercules_x_total', labels: {}, value: 3 }]);
  count = 5;
  expect(await samples(metrics.text(), 'hercules_x_total')).toEqual([{ name: 'hercules_x_total', labels: {}, value: 5 }]);
  expect(await metrics.text()).toContain('hercules_y{a="say \\"hi\\"\\n"} 1.5\nhercules_y{a="2"} -1\n');
  expect(await samples(metrics.text(), 'process_cpu_seconds_total')).toHaveLength(1);
});

it('shows histograms as Prometheus has them', async () => {
  const metrics = new MetricsRegistry();
  const histogram = metrics.histogram('hercules_z_seconds', 'Z', [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 2]) histogram.observe(value);
  expect(await metrics.text()).toContain(
    [
      '# TYPE hercules_z_seconds histogram',
      'hercules_z_seconds_bucket{le="0.1"} 2',
      'hercules_z_seconds_bucket{le="1"} 3',
      'hercules_z_seconds_bucket{le="+Inf"} 4',
      'hercules_z_seconds_sum 2.65',
      'hercules_z_seconds_count 4',
    ].join('\n'),
  );
});

it('refuses a name twice, and counters without _total', () => {
  const metrics = new MetricsRegistry();
  metrics.gaugeFrom('hercules_a', 'A', [], () => 1);
  expect(() => metrics.gaugeFrom('hercules_a', 'A', [], () => 1)).toThrow('already');
  expect(() => metrics.counterFrom('hercules_b', 'B', [], () => 1)).toThrow('_total');
});

describe('of several workers', () => {
  function worker(count: number): MetricsRegistry {
    const metrics = new MetricsRegistry();
    metrics.counterFrom('hercules_x_total', 'X', ['a'], () => [{ labels: { a: '1' }, value: count }]);
    metrics.gaugeFrom('hercules_y', 'Y', [], () => count);
    metrics.gaugeFrom('hercules_info', 'I', [], () => 1, 'max');
    metrics.histogram('hercules_z_seconds', 'Z', [1]).observe(count);
    return metrics;
  }
  const values = async (sum: WorkerMetrics) => {
    const metrics = parsePrometheusText(await sum.text([]));
    const valuesOf = (name: string) => metrics.get(name)?.samples.map(({ value }) => value);
    return ['hercules_x_total', 'hercules_y', 'hercules_info', 'hercules_z_seconds'].map(valuesOf);
  };

  it('are added up, the last known of each', async () => {
    const sum = new WorkerMetrics();
    sum.put(1, await worker(1).snapshot());
    sum.put(2, await worker(2).snapshot());
    sum.put(2, JSON.parse(JSON.stringify(await worker(3).snapshot())));
    expect(await values(sum)).toEqual([[4], [4], [1], [1, 2, 4, 2]]);
  });

  it('keep the counters of those that have ended', async () => {
    const sum = new WorkerMetrics();
    for (const number of [1, 2, 3]) sum.put(number, await worker(number).snapshot());
    sum.end(1);
    sum.end(2);
    sum.end(2);
    expect(await values(sum)).toEqual([[6], [3], [1], [1, 3, 6, 3]]);
    sum.put(1, await worker(10).snapshot());
    expect((await values(sum))[0]).toEqual([16]);
  });
});
