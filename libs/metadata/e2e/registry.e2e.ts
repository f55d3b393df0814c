import { randomBytes } from 'node:crypto';
import { BatchingProducer, KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { encodeEvent, tag, type Logger } from '@hercules/protocol';
import {
  apiKeyIdentity,
  blacklistKey,
  LeadershipLost,
  MetadataRegistry,
  MetadataWriter,
  ruleKey,
  streamKey,
  validationKey,
  type MetadataLog,
} from '../src/index.ts';

const BROKERS = process.env['HERCULES_TEST_KAFKA'] ?? '127.0.0.1:9092';
const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const KEY = `shop_${'0123456789abcdef'.repeat(2)}`;
const { digest, prefix } = apiKeyIdentity(KEY);
const logs = { type: 'base', name: 'logs', partitions: 1, shardingKey: [], ttl: 1000 };

describe('metadata on a real topic', () => {
  const topic = `hercules_meta_${randomBytes(4).toString('hex')}`;
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: BROKERS.split(',') }), quiet);
  const admin = new KafkaAdmin(cluster);
  const producer = new BatchingProducer(cluster, {}, quiet);
  const registries: MetadataRegistry[] = [];

  const log: MetadataLog = {
    append: async (key, value) => (await producer.sendOne(topic, Buffer.from(key), value, { partition: 0 })).offset,
    endOffset: async () => (await admin.endOffsets(topic))[0] ?? 0,
  };

  async function startRegistry(): Promise<MetadataRegistry> {
    const registry = new MetadataRegistry(cluster, { topic, replicationFactor: 1 }, quiet);
    registries.push(registry);
    await registry.start();
    return registry;
  }

  async function seen(registry: MetadataRegistry, condition: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('not seen within 20 s')), 20_000);
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        stop();
        resolve();
      };
      const stop = registry.onChange(look);
      look();
    });
  }

  beforeAll(async () => {
    await cluster.connect();
    await producer.start();
  });

  afterAll(async () => {
    for (const registry of registries) await registry.stop();
    await producer.close(1000);
    await admin.deleteTopic(topic);
    await cluster.close();
  });

  it('is read to the end at the start and followed live', async () => {
    const writing = await startRegistry();
    const writer = new MetadataWriter(writing, log, 'one', quiet);
    await writer.claim();
    await writer.put(streamKey('logs'), logs);
    await writer.put(ruleKey(digest, 'lo?s', 'write'), { prefix });
    // Read your writes.
    expect(writing.stream('logs')).toEqual(logs);

    const reading = await startRegistry();
    expect(reading.streams()).toEqual([logs]);
    const identity = reading.authorizer.identify(KEY)!;
    expect(identity).toEqual({ digest, prefix });
    expect(reading.authorizer.authorize(identity, 'write', 'logs')).toBe('allowed');

    await writer.put(streamKey('logs'), { ...logs, ttl: 2000 });
    await seen(reading, () => reading.stream('logs')?.ttl === 2000);
    await writer.put(blacklistKey(digest), { prefix });
    await seen(reading, () => reading.authorizer.authorize(identity, 'write', 'logs') === 'denied');
    await writer.put(validationKey(digest, 'logs'), { prefix, filters: [{ path: 'a', condition: { type: 'exist' } }] });
    await seen(reading, () => reading.validationFilter(digest, 'logs') !== undefined);
    const event = encodeEvent({
      version: 1,
      timestamp: 1n,
      uuid: '11203800-63fd-11e8-83e2-3a587d902000',
      payload: new Map([['b', tag.null()]]),
    });
    expect(reading.validationFilter(digest, 'logs')!.accepts(event, 0, event.length)).toBe(false);
    await writer.remove(streamKey('logs'));
    await seen(reading, () => reading.stream('logs') === undefined);
  });

  it('belongs to the last writer that claimed it; what a former one writes late is put right', async () => {
    let letThrough: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (letThrough = resolve));
    let isFrozen: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (isFrozen = resolve));
    const slowLog: MetadataLog = {
      endOffset: () => log.endOffset(),
      append: async (key, value) => {
        if (key === streamKey('late')) {
          isFrozen();
          await frozen;
        }
        return log.append(key, value);
      },
    };
    const former = new MetadataWriter(await startRegistry(), slowLog, 'former', quiet);
    await former.claim();
    const late = former.put(streamKey('late'), { ...logs, name: 'late' });
    await reached;

    const registry = await startRegistry();
    const writer = new MetadataWriter(registry, log, 'rightful', quiet);
    await writer.claim();
    const changes: boolean[] = [];
    registry.onChange((kind, name) => {
      if (kind === 'stream' && name === 'late') changes.push(registry.stream('late') !== undefined);
    });
    letThrough();
    await late;
    await seen(registry, () => changes.length === 2);
    expect(changes).toEqual([true, false]);
    await expect(former.put(streamKey('late'), logs)).rejects.toThrow(LeadershipLost);
  });
});
