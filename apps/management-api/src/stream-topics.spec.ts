import type { Stream } from '@hercules/metadata';
import { StreamTopics, type TopicAdmin } from './stream-topics.ts';

interface Topic {
  partitions: number;
  configs: Record<string, string | null>;
}

const stream: Stream = { type: 'base', name: 'logs', partitions: 3, shardingKey: [], ttl: 60_000 };

/** A cluster whose brokers learn of a change only at the second question. */
class SlowCluster implements TopicAdmin {
  readonly topics = new Map<string, Topic>();
  #shown = new Map<string, number>();
  replicationFactor = 0;

  createTopic({ topic, partitions, replicationFactor, configs }: Parameters<TopicAdmin['createTopic']>[0]): Promise<boolean> {
    if (this.topics.has(topic)) return Promise.resolve(false);
    this.replicationFactor = replicationFactor;
    this.topics.set(topic, { partitions, configs });
    return Promise.resolve(true);
  }

  deleteTopic(topic: string): Promise<boolean> {
    return Promise.resolve(this.topics.delete(topic));
  }

  increasePartitions(topic: string, total: number): Promise<boolean> {
    this.topics.get(topic)!.partitions = total;
    return Promise.resolve(true);
  }

  alterTopicConfig(topic: string, changes: Record<string, string | null>): Promise<void> {
    Object.assign(this.topics.get(topic)!.configs, changes);
    return Promise.resolve();
  }

  describeTopic(topic: string): Promise<{ partitions: number } | undefined> {
    const before = this.#shown.get(topic);
    const now = this.topics.get(topic)?.partitions;
    if (now === undefined) this.#shown.delete(topic);
    else this.#shown.set(topic, now);
    return Promise.resolve(before === undefined ? undefined : { partitions: before });
  }

  /** Everybody knows what is there now. */
  settle(): void {
    this.#shown = new Map([...this.topics].map(([name, { partitions }]) => [name, partitions]));
  }
}

describe('StreamTopics', () => {
  let cluster: SlowCluster;
  let topics: StreamTopics;

  beforeEach(() => {
    cluster = new SlowCluster();
    topics = new StreamTopics(cluster, 2);
  });

  it('creates a topic and waits until it is seen', async () => {
    await topics.create(stream);
    expect(cluster.topics.get('logs')).toEqual({ partitions: 3, configs: { 'retention.ms': '60000' } });
    expect(cluster.replicationFactor).toBe(2);
    expect(await cluster.describeTopic('logs')).toEqual({ partitions: 3 });
  });

  it('takes over a topic that is there: grows it, sets its retention, leaves its other settings', async () => {
    cluster.topics.set('logs', { partitions: 1, configs: { 'max.message.bytes': '1' } });
    cluster.settle();
    await topics.create(stream);
    expect(cluster.topics.get('logs')).toEqual({ partitions: 3, configs: { 'max.message.bytes': '1', 'retention.ms': '60000' } });
  });

  it('refuses a topic with more partitions than readers would look at', async () => {
    cluster.topics.set('logs', { partitions: 4, configs: {} });
    cluster.settle();
    await expect(topics.create(stream)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('4 partitions') as string,
    });
  });

  it('grows, once', async () => {
    cluster.topics.set('logs', { partitions: 3, configs: {} });
    cluster.settle();
    await topics.grow('logs', 5);
    await topics.grow('logs', 5);
    expect(cluster.topics.get('logs')!.partitions).toBe(5);
  });

  it('deletes and waits until it is forgotten; what is absent is left so', async () => {
    await topics.create(stream);
    await topics.delete('logs');
    expect(await cluster.describeTopic('logs')).toBeUndefined();
    await topics.delete('logs');
  });

  it('says that the topic of a stream is missing', async () => {
    await expect(topics.setRetention('logs', 1)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(topics.grow('logs', 1)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
