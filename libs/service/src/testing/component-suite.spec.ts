import { join } from 'node:path';
import { describeComponent } from './component-suite.ts';

jest.setTimeout(30_000);

describeComponent({
  name: 'fixture',
  entry: join(__dirname, 'fixture-app.ts'),
  env: () => ({ HERCULES_START_DELAY_MS: '300' }),
  secrets: { HERCULES_MASTER_KEYS: 'a-key-that-nobody-sees,another-key-that-nobody-sees' },
  extraMetrics: ['hercules_fixture_requests_total', 'hercules_fixture_request_seconds'],
  failingStart: { env: { HERCULES_START_FAILS: 'true' }, says: 'kafka:9092' },
});
