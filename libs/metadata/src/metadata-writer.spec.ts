import { LeadershipLost } from './leadership-lost.ts';
import { MetadataWriter, type MetadataLog } from './metadata-writer.ts';
import { silentLogger, TestRegistry, TestTopic } from './metadata-topic-fixture.ts';

const KEY = 'blacklist/' + 'a'.repeat(64);

function writerOn(topic: TestTopic, instance: string, log: MetadataLog = topic) {
  const registry = new TestRegistry(topic);
  return { registry, writer: new MetadataWriter(registry, log, instance, silentLogger) };
}

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('MetadataWriter', () => {
  it('writes after its claim', async () => {
    const topic = new TestTopic();
    const { writer } = writerOn(topic, 'one');
    await writer.claim();
    await writer.put(KEY, { prefix: 'x' });
    expect(topic.latest(KEY)).toBe('{"prefix":"x"}');
    await writer.remove(KEY);
    await writer.remove(KEY);
    expect(topic.latest(KEY)).toBeUndefined();
    await settle();
    expect(topic.records.map((record) => record.key)).toEqual(['leader', KEY, KEY]);
  });

  it('refuses to write without a claim', async () => {
    const topic = new TestTopic();
    const { writer } = writerOn(topic, 'one');
    await expect(writer.put(KEY, {})).rejects.toThrow(LeadershipLost);
    expect(topic.records).toHaveLength(0);
  });

  it('refuses to write once another instance has claimed', async () => {
    const topic = new TestTopic();
    const one = writerOn(topic, 'one');
    const two = writerOn(topic, 'two');
    await one.writer.claim();
    await two.writer.claim();
    await expect(one.writer.put(KEY, {})).rejects.toThrow(LeadershipLost);
    await expect(one.writer.assertLeader()).rejects.toThrow(LeadershipLost);
    await two.writer.put(KEY, {});
    expect(topic.records.filter((record) => record.key === KEY)).toHaveLength(1);
  });

  it('reads to the end before it decides that it is still the writer', async () => {
    const topic = new TestTopic();
    const one = writerOn(topic, 'one');
    await one.writer.claim();
    one.registry.frozen = true;
    const two = writerOn(topic, 'two');
    await two.writer.claim();
    await expect(one.writer.put(KEY, {})).rejects.toThrow('has not been read');
    one.registry.frozen = false;
    one.registry.deliver();
    await expect(one.writer.put(KEY, {})).rejects.toThrow(LeadershipLost);
  });

  it.each([
    ['a value that the former writer changed', { prefix: 'right' }, '{"prefix":"right"}'],
    ['the absence of a value that the former writer put', undefined, undefined],
  ])('restores %s late', async (_what, rightful, expected) => {
    const topic = new TestTopic();
    let frozen: (() => void) | undefined;
    const slowLog: MetadataLog = {
      endOffset: () => topic.endOffset(),
      append: async (key, value) => {
        // The first writer is frozen between its check and its write.
        if (key === KEY) await new Promise<void>((resolve) => (frozen = resolve));
        return topic.append(key, value);
      },
    };
    const one = writerOn(topic, 'one', slowLog);
    await one.writer.claim();
    const late = one.writer.put(KEY, { prefix: 'late' });
    await settle();
    const two = writerOn(topic, 'two');
    await two.writer.claim();
    if (rightful !== undefined) await two.writer.put(KEY, rightful);
    frozen!();
    await late;
    expect(topic.records.some((record) => record.value?.toString() === '{"prefix":"late"}')).toBe(true);
    await settle();
    expect(topic.latest(KEY)).toBe(expected);
    await expect(one.writer.put(KEY, {})).rejects.toThrow(LeadershipLost);
    const length = topic.records.length;
    await settle();
    expect(topic.records).toHaveLength(length);
  });

  it('can claim again after it lost the role', async () => {
    const topic = new TestTopic();
    const one = writerOn(topic, 'one');
    const two = writerOn(topic, 'two');
    await one.writer.claim();
    await two.writer.claim();
    two.writer.release();
    await one.writer.claim();
    await one.writer.put(KEY, {});
    expect(topic.latest(KEY)).toBe('{}');
    await expect(two.writer.put(KEY, {})).rejects.toThrow(LeadershipLost);
  });
});
