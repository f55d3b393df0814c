import { BatchConsumer } from '../src/consumer.ts';
import { KafkaAdmin } from '../src/admin.ts';
import { BatchingProducer } from '../src/producer.ts';
import { RecordingHandler } from './recording-handler.ts';
import { eventually, TestKafka } from './test-kafka.ts';

jest.setTimeout(60_000);

describe('KafkaAdmin', () => {
  const kafka = new TestKafka();
  const admin = new KafkaAdmin(kafka.cluster);
  // Idempotent: a topic is not led yet when it was made just now, and kafkajs' producer then writes the partitions that were twice.
  const producer = new BatchingProducer(kafka.cluster, {}, kafka.log);

  beforeAll(() => kafka.connect().then(() => producer.start()));
  afterAll(() => producer.close(5000).then(() => kafka.close()));

  async function write(topic: string, partition: number, count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, i) => producer.sendOne(topic, null, Buffer.from(`${i}`), { partition })));
  }

  function spec(suffix: string, partitions = 1, configs: Record<string, string> = {}): Parameters<KafkaAdmin['createTopic']>[0] {
    return { topic: kafka.owns(kafka.name(suffix)), partitions, replicationFactor: 1, configs };
  }

  it('creates a topic once, with its settings, and sees it at once', async () => {
    const wanted = spec('create', 3, { 'retention.ms': '123456', 'cleanup.policy': 'compact' });
    expect(await admin.createTopic(wanted)).toBe(true);
    expect(await admin.createTopic(wanted)).toBe(false);
    expect(await admin.describeTopic(wanted.topic)).toEqual({ partitions: 3, replicationFactor: 1 });
    expect(await admin.listTopics()).toContain(wanted.topic);
    const config = await admin.topicConfig(wanted.topic);
    expect([config.get('retention.ms'), config.get('cleanup.policy')]).toEqual(['123456', 'compact']);
  });

  it('creates a topic once when two ask at the same time', async () => {
    const wanted = spec('race');
    const results = await Promise.all([admin.createTopic(wanted), admin.createTopic(wanted)]);
    expect(results.toSorted()).toEqual([false, true]);
  });

  it('deletes a topic, and none that is not there', async () => {
    const { topic } = spec('delete');
    expect(await admin.deleteTopic(topic)).toBe(false);
    await admin.createTopic(spec('delete'));
    expect(await admin.deleteTopic(topic)).toBe(true);
    expect(await admin.describeTopic(topic)).toBeUndefined();
    expect((await kafka.admin.listTopics()).includes(topic)).toBe(false);
  });

  it('grows a topic, and never shrinks it', async () => {
    const { topic } = spec('grow');
    await admin.createTopic(spec('grow', 2));
    expect(await admin.increasePartitions(topic, 5)).toBe(true);
    expect(await admin.increasePartitions(topic, 5)).toBe(false);
    expect(await admin.increasePartitions(topic, 3)).toBe(false);
    expect(await admin.describeTopic(topic)).toEqual({ partitions: 5, replicationFactor: 1 });
    await expect(admin.increasePartitions(kafka.name('none'), 3)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });

  it('changes one setting and leaves the others alone', async () => {
    const { topic } = spec('alter');
    await admin.createTopic(spec('alter', 1, { 'retention.ms': '1000000', 'segment.ms': '2000000' }));
    const read = async (): Promise<(string | null | undefined)[]> => {
      const config = await admin.topicConfig(topic);
      return [config.get('retention.ms'), config.get('segment.ms'), config.get('max.message.bytes')];
    };
    const [, , byDefault] = await read();
    await admin.alterTopicConfig(topic, { 'retention.ms': '3000000', 'max.message.bytes': '50000' });
    await eventually('the changed settings', async () => (await read())[0] === '3000000');
    expect(await read()).toEqual(['3000000', '2000000', '50000']);
    await admin.alterTopicConfig(topic, { 'max.message.bytes': null });
    await eventually('the default again', async () => (await read())[2] === byDefault);
    expect(await read()).toEqual(['3000000', '2000000', byDefault]);
  });

  it('says what Kafka does not take', async () => {
    const { topic } = spec('bad');
    const bad = { ...spec('bad'), configs: { 'retention.ms': 'soon' } };
    await expect(admin.createTopic(bad)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(topic) });
    await expect(admin.createTopic({ ...bad, topic: 'no/slash', configs: {} })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await admin.createTopic(spec('bad'));
    await expect(admin.alterTopicConfig(topic, { 'no.such.setting': '1' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(admin.topicConfig(kafka.name('none'))).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });

  it('knows both ends of every partition and what a group has not read', async () => {
    const { topic } = spec('offsets');
    const groupId = `${topic}_group`;
    await admin.createTopic(spec('offsets', 3));
    await Promise.all([write(topic, 0, 10), write(topic, 1, 11), write(topic, 2, 10)]);
    expect(await admin.endOffsets(topic)).toEqual([10, 11, 10]);
    const byKafkajs = await kafka.admin.fetchTopicOffsets(topic);
    expect(byKafkajs.toSorted((a, b) => a.partition - b.partition).map(({ high }) => high)).toEqual(['10', '11', '10']);
    await kafka.admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '4' }] });
    expect(await admin.beginningOffsets(topic)).toEqual([0, 4, 0]);
    expect(await admin.groupLag(groupId, topic)).toBe(27);
    const handler = new RecordingHandler();
    const consumer = new BatchConsumer(kafka.cluster, { groupId, topics: [topic] }, handler, kafka.log);
    handler.consumer = consumer;
    await consumer.start();
    await eventually('all records', () => handler.values.length === 27);
    await handler.commit();
    await consumer.stop();
    expect(await admin.groupLag(groupId, topic)).toBe(0);
    await Promise.all([write(topic, 0, 4), write(topic, 2, 2)]);
    expect(await admin.groupLag(groupId, topic)).toBe(6);
    await expect(admin.endOffsets(kafka.name('none'))).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });
});
