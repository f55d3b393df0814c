import { randomBytes } from 'node:crypto';
import { BatchingProducer, KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import { jobOf, progressOf } from '../src/job-fixture.ts';
import { ReplayJobs } from '../src/replay-jobs.ts';
import { jobKey } from '../src/replay-keys.ts';
import { ReplayLog } from '../src/replay-log.ts';

jest.setTimeout(30_000);

const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the topic of replays', () => {
  const topic = `hercules_replays_${randomBytes(4).toString('hex')}`;
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS.split(',') }), SILENT);
  const producer = new BatchingProducer(cluster, {}, SILENT);
  const complaints: string[] = [];
  const complain: Logger['warn'] = (_fields, text) => void complaints.push(text ?? '');
  const jobs = new ReplayJobs(cluster, { topic, replicationFactor: 1 }, { ...SILENT, warn: complain, error: complain });
  const log = new ReplayLog(producer, topic);
  const shown = (offset: number): Promise<void> => jobs.waitForOffset(offset, 20_000);

  beforeAll(async () => {
    await cluster.connect();
    await producer.start();
    await jobs.start();
  });
  afterAll(async () => {
    await jobs.stop();
    await producer.close(5000);
    await new KafkaAdmin(cluster).deleteTopic(topic);
    await cluster.close();
  });

  it('is made compacted, with one partition', async () => {
    const admin = new KafkaAdmin(cluster);
    expect(await admin.describeTopic(topic)).toMatchObject({ partitions: 1 });
    expect((await admin.topicConfig(topic)).get('cleanup.policy')).toBe('compact');
  });

  it('shows replays with their progress, the oldest first, 64-bit numbers too', async () => {
    const filters = [{ path: 'n', condition: { type: 'numerical_equality' as const, value: 9_007_199_254_740_993n } }];
    const [second, first] = [jobOf({ id: 'b', createdAt: 2, filters }), jobOf({ id: 'c', createdAt: 1 })];
    await log.putJob(second);
    await log.putJob(first);
    await shown(await log.putProgress('b', progressOf()));
    expect(jobs.list()).toEqual([
      { job: first, progress: undefined },
      { job: second, progress: progressOf() },
    ]);
  });

  it('keeps the progress of the newest term, and tells who is to write it again', async () => {
    const told: unknown[] = [];
    const end = jobs.onOutdated((id, current) => told.push([id, current.state]));
    await log.putProgress('b', progressOf({ term: 3, state: 'done' }));
    await shown(await log.putProgress('b', progressOf({ term: 2, attempt: 9, state: 'running' })));
    end();
    expect(jobs.get('b')!.progress).toMatchObject({ term: 3, state: 'done' });
    expect(told).toEqual([['b', 'done']]);
  });

  it('tells of claims by their offsets, which are the terms, and once however often it was started', async () => {
    await jobs.start();
    const told: unknown[] = [];
    const end = jobs.onClaim((name, term) => told.push([name, term]));
    const first = await log.putClaim('elastic-sink', 'one');
    const second = await log.putClaim('elastic-sink', 'two');
    await shown(second);
    end();
    expect(told).toEqual([
      ['elastic-sink', first],
      ['elastic-sink', second],
    ]);
  });

  it('passes over what it cannot read, and says so', async () => {
    const put = (key: string, value: string) => producer.sendOne(topic, Buffer.from(key), Buffer.from(value));
    await put('something/else', '{}');
    await put(jobKey('c'), '{"id":"c"}');
    const { offset } = await put(jobKey('d'), 'no JSON');
    await shown(offset);
    expect(jobs.get('c')!.job).toMatchObject({ id: 'c', stream: 'logs' });
    expect(jobs.get('d')).toBeUndefined();
    expect(complaints).toEqual([
      'a record of the topic of replays has a key that is not known here; it is passed over',
      'a record of the topic of replays cannot be read; what it replaces stays',
      'a record of the topic of replays cannot be read; what it replaces stays',
    ]);
  });

  it('forgets what is removed', async () => {
    const heard: string[] = [];
    const end = jobs.onChange((id) => heard.push(id));
    await shown(await log.remove('b'));
    end();
    expect(jobs.get('b')).toBeUndefined();
    expect(new Set(heard)).toEqual(new Set(['b']));
  });
});
