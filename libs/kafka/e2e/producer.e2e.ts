import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { KafkaCluster } from '../src/cluster.ts';
import { kafkaConfigSchema } from '../src/config.ts';
import { Delivery } from '../src/delivery.ts';
import { listOffsets } from '../src/list-offsets.ts';
import { BatchConsumer } from '../src/consumer.ts';
import { BatchingProducer } from '../src/producer.ts';
import type { ProducerOptions } from '../src/producer-options.ts';
import { RecordingHandler } from './recording-handler.ts';
import { eventually, TestKafka } from './test-kafka.ts';

jest.setTimeout(60_000);

const BROKERS = (process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092').split(',');

describe('BatchingProducer', () => {
  const kafka = new TestKafka();
  const open = new Set<{ stop: () => Promise<void> }>();

  beforeAll(() => kafka.connect());
  afterAll(() => kafka.close());
  afterEach(async () => {
    await Promise.all([...open].map(({ stop }) => stop()));
    open.clear();
  });

  async function start(options: ProducerOptions = {}): Promise<{ producer: BatchingProducer; cluster: KafkaCluster }> {
    const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS }), kafka.log);
    await cluster.connect();
    const producer = new BatchingProducer(cluster, options, kafka.log);
    await producer.start();
    open.add({ stop: () => producer.close(5000).then(() => cluster.close()) });
    return { producer, cluster };
  }

  function deliver(producer: BatchingProducer, topic: string, partition: number, values: readonly string[]): Promise<void> {
    const delivery = new Delivery();
    for (const value of values) {
      const bytes = Buffer.from(value);
      producer.append(topic, partition, null, -1, -1, bytes, 0, bytes.length, Date.now(), delivery);
    }
    delivery.seal();
    return delivery.promise;
  }

  /** Reads with kafkajs, so that a fault of our writer is not made good by our reader. */
  async function read(topic: string, count: number): Promise<(KafkaMessage & { partition: number })[]> {
    const consumer = new Kafka({ brokers: BROKERS, clientId: 'e2e', logLevel: logLevel.NOTHING }).consumer({ groupId: `${topic}_reader` });
    const messages: (KafkaMessage & { partition: number })[] = [];
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ eachMessage: ({ message, partition }) => Promise.resolve(void messages.push({ ...message, partition })) });
      await eventually(`${count} messages`, () => messages.length >= count);
    } finally {
      await consumer.disconnect();
    }
    return messages;
  }

  async function written(cluster: KafkaCluster, topic: string, partitions: number): Promise<number> {
    await cluster.refreshMetadata();
    const wanted = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
    return (await listOffsets(cluster, wanted, 'latest')).reduce((sum, { offset }) => sum + offset, 0);
  }

  it('writes keys, values, nulls and times as kafkajs reads them, at the offsets it says', async () => {
    const topic = await kafka.createTopic('fields', 2);
    const { producer } = await start();
    expect(await producer.prepareTopic(topic)).toBe(2);
    const timestampMs = 1_700_000_000_123;
    const places = await Promise.all([
      producer.sendOne(topic, Buffer.from('key'), Buffer.from('välue'), { partition: 1, timestampMs }),
      producer.sendOne(topic, null, Buffer.from('no key'), { partition: 1, timestampMs: timestampMs + 7 }),
      producer.sendOne(topic, Buffer.from('no value'), null, { partition: 1, timestampMs: timestampMs - 3 }),
    ]);
    expect(places).toEqual([0, 1, 2].map((offset) => ({ partition: 1, offset })));
    const messages = await read(topic, 3);
    expect(
      messages.map(({ key, value, timestamp, offset, headers }) => [key?.toString(), value?.toString(), timestamp, offset, headers]),
    ).toEqual([
      ['key', 'välue', '1700000000123', '0', {}],
      [undefined, 'no key', '1700000000130', '1', {}],
      ['no value', undefined, '1700000000120', '2', {}],
    ]);
  });

  it('keeps the order of each partition over many batches and loses nothing', async () => {
    const topic = await kafka.createTopic('order', 3);
    const { producer, cluster } = await start({ batchBytes: 4096, lingerMs: 0 });
    await producer.prepareTopic(topic);
    const deliveries: Promise<void>[] = [];
    for (let i = 0; i < 300; i++) {
      const values = Array.from({ length: 10 }, (_, k) => String(i * 10 + k));
      deliveries.push(deliver(producer, topic, i % 3, values));
      if (i % 20 === 0) await Promise.race(deliveries.slice(-1));
    }
    await Promise.all(deliveries);
    expect(await written(cluster, topic, 3)).toBe(3000);
    const messages = await read(topic, 3000);
    for (const partition of [0, 1, 2]) {
      const values = messages.filter((message) => message.partition === partition).map(({ value }) => Number(value));
      expect(values).toHaveLength(1000);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
    expect(producer.stats).toMatchObject({ acknowledgedRecords: 3000, failedRecords: 0, retries: 0 });
  });

  it.each(['lz4', 'zstd'] as const)('compresses with %s so that the broker and our consumer understand it', async (compression) => {
    const topic = await kafka.createTopic(compression);
    const { producer, cluster } = await start({ compression });
    await producer.prepareTopic(topic);
    // Random text and text of one kind, in frames of several blocks.
    const values = Array.from({ length: 2000 }, (_, i) => `${i}: ${'the same again '.repeat(i % 20)}`);
    await deliver(producer, topic, 0, values);
    expect(await written(cluster, topic, 1)).toBe(2000);
    const handler = new RecordingHandler();
    const consumer = new BatchConsumer(kafka.cluster, { groupId: `${topic}_group`, topics: [topic] }, handler, kafka.log);
    handler.consumer = consumer;
    await consumer.start();
    try {
      await eventually('all values', () => handler.values.length >= 2000);
    } finally {
      await consumer.stop();
    }
    expect(handler.values).toEqual(values);
  });

  it('fails a record above the limit of its topic, not retryably, and goes on', async () => {
    const topic = await kafka.createTopic('limit', 1, { 'max.message.bytes': '20000' });
    const { producer, cluster } = await start();
    await producer.prepareTopic(topic);
    await expect(deliver(producer, topic, 0, ['x'.repeat(30_000)])).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', retryable: false });
    await deliver(producer, topic, 0, ['small']);
    expect(await written(cluster, topic, 1)).toBe(1);
  });

  it('writes a record of 500 000 bytes in a batch of its own', async () => {
    const topic = await kafka.createTopic('large');
    const { producer } = await start({ batchBytes: 16_384 });
    await producer.prepareTopic(topic);
    await deliver(producer, topic, 0, ['before', 'x'.repeat(500_000), 'behind']);
    expect((await read(topic, 3)).map(({ value }) => value!.length)).toEqual([6, 500_000, 6]);
    expect(producer.stats.batches).toBe(3);
  });

  it('finds topics that come, and partitions that are added', async () => {
    const { producer, cluster } = await start();
    const name = kafka.name('grows');
    await expect(producer.prepareTopic(name)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    const topic = await kafka.createTopic('grows', 1);
    expect(await producer.prepareTopic(topic)).toBe(1);
    await kafka.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await eventually('three partitions', async () => {
      await cluster.refreshMetadata();
      return producer.partitionCount(topic) === 3;
    });
    expect(await producer.sendOne(topic, null, Buffer.from('new'), { partition: 2 })).toEqual({ partition: 2, offset: 0 });
  });

  it('fails within seconds for a topic that is deleted under it', async () => {
    const topic = await kafka.createTopic('deleted');
    const { producer } = await start();
    await producer.prepareTopic(topic);
    await deliver(producer, topic, 0, ['a']);
    await kafka.admin.deleteTopics({ topics: [topic] });
    await eventually('the topic to be gone', async () => !(await kafka.admin.listTopics()).includes(topic));
    const startedAt = performance.now();
    await expect(deliver(producer, topic, 0, ['b'])).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(producer.bufferedBytes).toBe(0);
  });

  it('writes to a topic that was deleted and created again', async () => {
    const topic = await kafka.createTopic('again');
    const { producer, cluster } = await start();
    await producer.prepareTopic(topic);
    await deliver(producer, topic, 0, ['a', 'b']);
    await kafka.admin.deleteTopics({ topics: [topic] });
    await eventually('the topic to be gone', async () => !(await kafka.admin.listTopics()).includes(topic));
    await kafka.createTopic('again');
    await deliver(producer, topic, 0, ['c']);
    expect(await written(cluster, topic, 1)).toBe(1);
  });

  it('flushes on close, well before the deadline', async () => {
    const topic = await kafka.createTopic('close');
    const { producer, cluster } = await start({ lingerMs: 10_000 });
    await producer.prepareTopic(topic);
    const delivery = deliver(producer, topic, 0, ['a', 'b', 'c']);
    const startedAt = performance.now();
    await producer.close(60_000);
    expect(performance.now() - startedAt).toBeLessThan(8000);
    await delivery;
    expect(await written(cluster, topic, 1)).toBe(3);
  });

  it('prints no warning of a negative time-out, which kafkajs is known for', async () => {
    const topic = await kafka.createTopic('warning');
    const warnings: string[] = [];
    const listener = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listener);
    try {
      const { producer } = await start();
      await producer.prepareTopic(topic);
      for (let i = 0; i < 20; i++) await producer.sendOne(topic, null, Buffer.from(String(i)));
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('warning', listener);
    }
    expect(warnings.filter((name) => name.startsWith('Timeout'))).toEqual([]);
  });
});
