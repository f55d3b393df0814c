import { figuresOf, rateOf } from './app-figures.ts';
import { parseMetrics, sumOf } from './metrics-text.ts';

const TEXT = `# HELP hercules_sink_lag_records in Kafka and not committed
# TYPE hercules_sink_lag_records gauge
hercules_sink_lag_records{topic="logs_a",partition="0"} 5
hercules_sink_lag_records{topic="logs_a",partition="1"} 7
hercules_sink_lag_records{topic="logs_b",partition="0"} 1e3
hercules_sink_consumed_records_total 10
hercules_sink_failed_writes_total 2
odd{text="a \\"quoted\\" } , value\\n"} +Inf 1700000000000
`;

it('reads samples with their labels', () => {
  const samples = parseMetrics(TEXT);
  expect(samples).toHaveLength(6);
  expect(samples.at(-1)).toEqual({ name: 'odd', labels: { text: 'a "quoted" } , value\n' }, value: Infinity });
  expect(sumOf(samples, 'hercules_sink_lag_records', ({ topic }) => topic === 'logs_a')).toBe(12);
  expect(sumOf(samples, 'none')).toBeUndefined();
});

it('knows a sink by its metrics', () => {
  expect(figuresOf('elastic-sink', parseMetrics(TEXT))).toMatchObject({
    inputEvents: 10,
    outputEvents: undefined,
    errors: 2,
    lag: 1012,
    lagByTopic: { logs_a: 12, logs_b: 1000 },
  });
});

it('a counter that was set back by a restart has no negative rate', () => {
  expect(rateOf(10, 30, 2)).toBe(10);
  expect(rateOf(30, 10, 2)).toBe(0);
  expect(rateOf(undefined, 10, 2)).toBeUndefined();
});
