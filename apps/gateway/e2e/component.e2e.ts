import { join } from 'node:path';
import { describeComponent } from '@hercules/service/testing';

jest.setTimeout(60_000);

describeComponent({
  name: 'gateway',
  entry: join(__dirname, '..', 'src', 'main.ts'),
  env: () => ({ HERCULES_KAFKA_BROKERS: process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092', HERCULES_GRPC_PORT: '0' }),
  secrets: { HERCULES_KAFKA_SASL_PASSWORD: 'a-password-that-nobody-sees' },
  extraMetrics: [
    'hercules_kafka_producer_records_total',
    'hercules_kafka_producer_buffered_bytes',
    'hercules_gateway_requests_total',
    'hercules_gateway_refused_requests_total',
    'hercules_gateway_received_bytes_total',
    'hercules_gateway_accepted_events_total',
    'hercules_gateway_accepted_bytes_total',
    'hercules_gateway_filtered_events_total',
    'hercules_gateway_failed_batches_total',
    'hercules_gateway_admitted_bytes',
    'hercules_gateway_buffered_bytes',
    'hercules_gateway_http_request_seconds',
    'hercules_gateway_grpc_request_seconds',
  ],
  failingStart: { env: { HERCULES_KAFKA_BROKERS: '127.0.0.1:1', HERCULES_KAFKA_START_TIMEOUT_MS: '0' }, says: '127.0.0.1:1' },
});
