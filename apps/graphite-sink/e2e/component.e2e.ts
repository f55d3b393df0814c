import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describeComponent, SINK_METRICS } from '@hercules/service/testing';

jest.setTimeout(60_000);

const suffix = randomBytes(4).toString('hex');

describeComponent({
  name: 'graphite-sink',
  entry: join(__dirname, '..', 'src', 'main.ts'),
  env: () => ({
    HERCULES_KAFKA_BROKERS: process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092',
    HERCULES_GRAPHITE_LOCAL_ENDPOINTS: process.env['HERCULES_TEST_GRAPHITE']?.split(',')[0] ?? '127.0.0.1:2003',
    // A group and streams of its own: the suite must not take records away from a sink that works here.
    HERCULES_SINK_GROUP_ID: `component-${suffix}`,
    HERCULES_SINK_PATTERNS: `component_${suffix}_*`,
  }),
  secrets: { HERCULES_KAFKA_SASL_PASSWORD: 'a-password-that-nobody-sees' },
  extraMetrics: [
    ...SINK_METRICS,
    'hercules_graphite_batches_total',
    'hercules_graphite_failed_batches_total',
    'hercules_graphite_repeated_batches_total',
    'hercules_graphite_frozen_endpoints',
  ],
  failingStart: { env: { HERCULES_KAFKA_BROKERS: '127.0.0.1:1', HERCULES_KAFKA_START_TIMEOUT_MS: '0' }, says: '127.0.0.1:1' },
});
