import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestKafka } from '@hercules/kafka/testing';
import { tag } from '@hercules/protocol';
import { AppProcess, freePort } from '@hercules/service/testing';
import { type Metric, metricEvent, type Result, stored } from './metric-events.ts';

jest.setTimeout(120_000);

/** Buckets of 10 s that lie in the past, so that results need not be waited for. */
const T0 = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
const PERIOD = { period: tag.string('10s') };

describe('metric-aggregator', () => {
  const kafka = new TestKafka();
  const apps: AppProcess[] = [];
  let folder: string;

  const start = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<AppProcess> => {
    const app = new AppProcess({
      entry: join(__dirname, '..', 'src', 'main.ts'),
      env: {
        HERCULES_HTTP_PORT: String(await freePort()),
        HERCULES_KAFKA_BROKERS: kafka.brokers,
        HERCULES_INPUT_PATTERNS: kafka.name(name),
        HERCULES_PARTIALS_TOPIC: kafka.name(`hercules_partials_${name}`),
        HERCULES_OUTPUT_STREAM: kafka.name(`${name}_out`),
        HERCULES_PROCESSOR_COMMIT_INTERVAL_MS: '100',
        HERCULES_PROCESSOR_TICK_INTERVAL_MS: '50',
        HERCULES_PROCESSOR_SESSION_TIMEOUT_MS: '6000',
        HERCULES_WINDOWS_AMEND_INTERVAL_MS: '50',
        // By the clock all that is sent here would be late.
        HERCULES_WINDOWS_IDLE_MS: '600000',
        ...env,
      },
    });
    apps.push(app);
    await app.waitForStatus(200, 30_000);
    return app;
  };
  const createTopics = async (name: string, partitions = 2): Promise<void> => {
    await kafka.createTopic(name, partitions);
    await kafka.createTopic(`${name}_out`, 2);
  };
  const metric = (offsetMs: number, value: number, more: Partial<Metric> = {}) =>
    metricEvent({ timeMs: T0 + offsetMs, value, tags: { _name: 'm' }, aggregation: 'sum', parameters: PERIOD, ...more });
  /** The newest values of a stream by name, quantile and time, once there are as many as wanted. */
  const results = async (stream: string, isEnough: (results: readonly Result[]) => boolean): Promise<Record<string, number>> => {
    const records = await kafka.read(`${stream}_out`, (found) => isEnough(stored(found)));
    return Object.fromEntries(
      stored(records).map(({ tags, timeMs, value }) => [
        `${[tags['_name'], tags['quantile']].filter(Boolean).join(' ')}@${(timeMs - T0) / 1000}`,
        value,
      ]),
    );
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'metric-aggregator-'));
    await kafka.open();
  });
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.kill())));
  afterAll(async () => {
    await kafka.close();
    await rm(folder, { recursive: true });
  });

  it('gives each function its result, counts repetitions once, and both ends of a bucket', async () => {
    await createTopics('functions');
    await start('functions');
    const values = [5, 1, 3, 1];
    const functions = ['max', 'min', 'avg', 'sum', 'count', 'last', 'PERCENTILES'];
    const events = functions.flatMap((aggregation) =>
      values.map((value, i) => metric(1000 + i, value, { aggregation, tags: { _name: aggregation } })),
    );
    const atEnd = metric(2000, 7, { tags: { _name: 'end' }, parameters: { ...PERIOD, timestamp: tag.string('end of bucket') } });
    await kafka.send('functions', [...events, ...events, atEnd]);
    // A bucket is told as soon as one partition has something for it, and amended by the other.
    const isWhole = ({ count, tags }: Result): boolean => count >= (tags['_name'] === 'end' ? 1 : values.length);
    expect(await results('functions', (found) => found.length >= 10 && found.every(isWhole))).toEqual({
      'max@0': 5,
      'min@0': 1,
      'avg@0': 2.5,
      'sum@0': 10,
      'count@0': 4,
      'last@0': 1,
      'PERCENTILES 0.5@0': expect.closeTo(1, 1) as number,
      'PERCENTILES 0.95@0': expect.closeTo(3, 1) as number,
      'PERCENTILES 0.99@0': expect.closeTo(3, 1) as number,
      'end@10': 7,
    });
  });

  it('amends a bucket with what is late, under the same id, and counts what is too late', async () => {
    await createTopics('late', 1);
    const app = await start('late', { HERCULES_WINDOWS_LATENESS_MS: '20000' });
    const send = (event: ReturnType<typeof metric>) => kafka.send('late', [event], { partitionOf: () => 0 });
    await send(metric(1000, 1));
    await send(metric(12_000, 1));
    expect(await results('late', (found) => found.some(({ timeMs }) => timeMs === T0))).toMatchObject({ 'm@0': 1 });
    await send(metric(2000, 1));
    expect(await results('late', (found) => found.some(({ timeMs, value }) => timeMs === T0 && value === 2))).toMatchObject({ 'm@0': 2 });
    await send(metric(42_000, 1));
    await send(metric(3000, 100));
    await app.waitForMetric('hercules_streaming_events_total', { outcome: 'late' }, 1);
    expect(await results('late', ({ length }) => length >= 3)).toMatchObject({ 'm@0': 2 });
  });

  it('renames and aggregates flat metrics by rules, and says what it cannot aggregate', async () => {
    await createTopics('flat');
    const file = join(folder, 'rules.json');
    const enrichment = { name_pattern: 'all.{1}.{0}', period: '10s', function: 'sum' };
    writeFileSync(file, JSON.stringify([{ rule_name: 'hosts', pattern: 'host\\.(\\w+)\\.(\\w+)', enrichment }]));
    const app = await start('flat', { HERCULES_RULES_FILE: file });
    const flat = (name: string, value: number) => metricEvent({ timeMs: T0 + 500, value, tags: { _name: name } });
    await kafka.send('flat', [
      flat('host.a.cpu', 1),
      flat('host.a.cpu', 2),
      flat('host.b.cpu', 4),
      flat('host.a.cpu.user', 8),
      metric(1000, 1, { aggregation: 'median' }),
      metric(1000, NaN),
      metric(1000, 1, { parameters: { period: tag.string('soon') } }),
    ]);
    const isWhole = (found: readonly Result[]): boolean => found.reduce((sum, { count }) => sum + count, 0) >= 3;
    expect(await results('flat', (found) => found.length >= 2 && isWhole(found))).toEqual({ 'all.cpu.a@0': 3, 'all.cpu.b@0': 4 });
    await app.waitForMetric('hercules_aggregator_refused_events_total', { reason: 'bad_aggregation' }, 2);
    await app.waitForMetric('hercules_aggregator_refused_events_total', { reason: 'bad_value' }, 1);
    await app.waitForMetric('hercules_streaming_events_total', { outcome: 'skipped' }, 4);
    expect(app.output).toContain('expected max, min, avg, sum, count, last, percentiles');
  });
});
