import { parsePrometheusText } from './prometheus-text.ts';

const TEXT = `# HELP a_total Things
# TYPE a_total counter
a_total{path="C:\\\\x",text="say \\"hi\\"\\n, ok"} 1.5e3
a_total 2 1700000000000
# TYPE t_seconds histogram
t_seconds_bucket{le="0.1",method="x"} 1
t_seconds_bucket{le="+Inf"} 4
t_seconds_sum 3
g_count NaN

what is this?
`;

it('reads names, types, labels and values', () => {
  const samples = [...parsePrometheusText(TEXT)];
  expect(samples.map(({ name, metric, type, value }) => [name, metric, type, value])).toEqual([
    ['a_total', 'a_total', 'counter', 1500],
    ['a_total', 'a_total', 'counter', 2],
    ['t_seconds_bucket', 't_seconds', 'histogram', 1],
    ['t_seconds_bucket', 't_seconds', 'histogram', 4],
    ['t_seconds_sum', 't_seconds', 'histogram', 3],
    ['g_count', 'g', 'untyped', NaN],
  ]);
  expect(Object.fromEntries(samples[0]!.labels)).toEqual({ path: 'C:\\x', text: 'say "hi"\n, ok' });
  expect(Object.fromEntries(samples[2]!.labels)).toEqual({ le: '0.1', method: 'x' });
});
