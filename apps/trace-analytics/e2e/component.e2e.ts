import { join } from 'node:path';
import { TestKafka } from '@hercules/kafka/testing';
import { describeComponent } from '@hercules/service/testing';

jest.setTimeout(60_000);

const kafka = new TestKafka();

beforeAll(async () => {
  await kafka.open();
  await kafka.createTopic('component_out');
});
afterAll(() => kafka.close());

describeComponent({
  name: 'trace-analytics',
  entry: join(__dirname, '..', 'src', 'main.ts'),
  env: () => ({
    HERCULES_KAFKA_BROKERS: kafka.brokers,
    HERCULES_INPUT_PATTERNS: `component_${kafka.suffix}_*`,
    HERCULES_PARTIALS_TOPIC: kafka.name('hercules_partials'),
    HERCULES_OUTPUT_STREAM: kafka.name('component_out'),
    HERCULES_REPLICAS_TOPIC: kafka.name('hercules_replicas'),
    HERCULES_DEPENDENCIES_TOPIC: kafka.name('hercules_dependencies'),
  }),
  secrets: { HERCULES_KAFKA_SASL_PASSWORD: 'a-password-that-nobody-sees' },
  extraMetrics: [
    'hercules_kafka_producer_records_total',
    'hercules_kafka_consumer_records_total',
    'hercules_streaming_consumed_records_total',
    'hercules_streaming_events_total',
    'hercules_streaming_results_total',
    'hercules_streaming_lag_records',
    'hercules_traces_overflowed_spans_total',
    'hercules_traces_delay_seconds',
  ],
  failingStart: { env: { HERCULES_KAFKA_BROKERS: '127.0.0.1:1', HERCULES_KAFKA_START_TIMEOUT_MS: '0' }, says: '127.0.0.1:1' },
});
