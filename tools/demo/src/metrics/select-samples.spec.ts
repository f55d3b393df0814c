import { parsePrometheusText } from './prometheus-text.ts';
import { selectSamples } from './select-samples.ts';

it('takes what is worth a series, and adds partitions up', () => {
  const text = `# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 3
# TYPE process_max_fds gauge
process_max_fds 1024
# TYPE hercules_info gauge
hercules_info{app="x"} 1
# TYPE hercules_sink_lag_records gauge
hercules_sink_lag_records{topic="logs_a",partition="0"} 5
hercules_sink_lag_records{topic="logs_a",partition="1"} 2
hercules_sink_lag_records{topic="logs_b",partition="0"} 1
# TYPE hercules_x_seconds histogram
hercules_x_seconds_bucket{le="1"} 5
hercules_x_seconds_count 5
`;
  expect(selectSamples(parsePrometheusText(text))).toEqual([
    { name: 'process_cpu_seconds_total', tags: [], value: 3 },
    { name: 'hercules_sink_lag_records', tags: [['topic', 'logs_a']], value: 7 },
    { name: 'hercules_sink_lag_records', tags: [['topic', 'logs_b']], value: 1 },
  ]);
});
