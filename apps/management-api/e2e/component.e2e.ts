import { join } from 'node:path';
import { describeComponent } from '@hercules/service/testing';

jest.setTimeout(60_000);

describeComponent({
  name: 'management-api',
  entry: join(__dirname, '..', 'src', 'main.ts'),
  env: () => ({ HERCULES_KAFKA_BROKERS: process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092' }),
  secrets: {
    HERCULES_KAFKA_SASL_PASSWORD: 'a-password-that-nobody-sees',
    HERCULES_MASTER_KEYS: 'a-key-that-nobody-sees,another-key-that-nobody-sees',
  },
  extraMetrics: [
    'hercules_kafka_producer_records_total',
    'hercules_kafka_producer_buffered_bytes',
    'hercules_kafka_consumer_records_total',
    'hercules_management_requests_total',
    'hercules_management_tasks_total',
    'hercules_management_queued_tasks',
    'hercules_management_leader',
    'hercules_management_streams',
  ],
  failingStart: { env: { HERCULES_KAFKA_BROKERS: '127.0.0.1:1', HERCULES_KAFKA_START_TIMEOUT_MS: '0' }, says: '127.0.0.1:1' },
});
