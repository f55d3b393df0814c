import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describeComponent } from '@hercules/service/testing';

jest.setTimeout(60_000);

describeComponent({
  name: 'query-api',
  entry: join(__dirname, '..', 'src', 'main.ts'),
  env: () => ({
    HERCULES_KAFKA_BROKERS: process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092',
    HERCULES_CASSANDRA_CONTACT_POINTS: process.env['HERCULES_TEST_CASSANDRA'] ?? '127.0.0.1:9042',
    HERCULES_METADATA_TOPIC: `hercules_meta_component_${randomBytes(4).toString('hex')}`,
  }),
  secrets: { HERCULES_KAFKA_SASL_PASSWORD: 'a-password-that-nobody-sees', HERCULES_CASSANDRA_PASSWORD: 'another-that-nobody-sees' },
  extraMetrics: [
    'hercules_query_stream_reads',
    'hercules_query_reserved_bytes',
    'hercules_query_tails',
    'hercules_query_tail_dropped_events_total',
  ],
  failingStart: { env: { HERCULES_KAFKA_BROKERS: '127.0.0.1:1', HERCULES_KAFKA_START_TIMEOUT_MS: '0' }, says: '127.0.0.1:1' },
});
