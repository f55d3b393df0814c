import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describeComponent, SINK_METRICS } from '@hercules/service/testing';

jest.setTimeout(60_000);

const suffix = randomBytes(4).toString('hex');

describeComponent({
  name: 'derived-streams',
  entry: join(__dirname, '..', 'src', 'main.ts'),
  env: () => ({
    HERCULES_KAFKA_BROKERS: process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092',
    HERCULES_METADATA_TOPIC: `hercules_meta_component_${suffix}`,
  }),
  secrets: { HERCULES_KAFKA_SASL_PASSWORD: 'a-password-that-nobody-sees' },
  extraMetrics: [...SINK_METRICS],
  failingStart: { env: { HERCULES_KAFKA_BROKERS: '127.0.0.1:1', HERCULES_KAFKA_START_TIMEOUT_MS: '0' }, says: '127.0.0.1:1' },
});
