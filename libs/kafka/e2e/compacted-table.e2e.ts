import { CompactedTable, type CompactedTableOptions } from '../src/compacted-table.ts';
import { eventually, TestKafka } from './test-kafka.ts';

jest.setTimeout(60_000);

const COMPACT = { 'cleanup.policy': 'compact' };

describe('CompactedTable', () => {
  const kafka = new TestKafka();
  const running = new Set<CompactedTable>();

  beforeAll(() => kafka.connect());
  afterAll(() => kafka.close());
  afterEach(async () => {
    await Promise.all([...running].map((table) => table.stop()));
    running.clear();
  });

  async function start(options: CompactedTableOptions): Promise<{ table: CompactedTable; changes: string[] }> {
    const table = new CompactedTable(kafka.cluster, options, kafka.log);
    const changes: string[] = [];
    table.onChange((key, value, offset) => changes.push(`${key}=${value?.toString() ?? '-'}@${offset}`));
    running.add(table);
    await table.start();
    return { table, changes };
  }

  const shown = (table: CompactedTable): Record<string, string> =>
    Object.fromEntries([...table.entries()].map(([key, value]) => [key, value.toString()]));

  it('has read all there was when it starts, and follows within a second', async () => {
    const topic = await kafka.createTopic('table', 1, COMPACT);
    await kafka.send(
      topic,
      Array.from({ length: 500 }, (_, i) => ({ key: `k${i % 100}`, value: `v${i}` })),
    );
    await kafka.send(topic, [{ key: 'k0', value: null }]);
    const { table, changes } = await start({ topic });
    expect(table.size).toBe(99);
    expect(changes).toHaveLength(99);
    expect(table.get('k99')?.toString()).toBe('v499');
    expect(table.get('k0')).toBeUndefined();
    expect(table.position).toBe(501);

    changes.length = 0;
    await kafka.send(topic, [
      { key: 'k1', value: 'changed' },
      { key: 'k2', value: null },
      { key: 'new', value: 'x' },
    ]);
    // Connecting to send is not its affair.
    const sentAt = Date.now();
    await eventually('the changes', () => changes.length === 3);
    expect(Date.now() - sentAt).toBeLessThan(1000);
    expect(changes).toEqual(['k1=changed@501', 'k2=-@502', 'new=x@503']);
    expect(table.get('k2')).toBeUndefined();
  });

  it('creates its topic when told to, and takes it as it is when it exists', async () => {
    const topic = kafka.owns(kafka.name('created'));
    const create = { replicationFactor: 1, configs: { 'delete.retention.ms': '86400000' } };
    const { table } = await start({ topic, create });
    expect(table.size).toBe(0);
    const { resources } = await kafka.admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] });
    const configs = Object.fromEntries(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    expect(configs).toMatchObject({ 'cleanup.policy': 'compact', 'delete.retention.ms': '86400000' });
    await kafka.send(topic, [{ key: 'a', value: '1' }]);
    const again = await start({ topic, create });
    expect(shown(again.table)).toEqual({ a: '1' });
  });

  it('waits for a topic that somebody else is going to create', async () => {
    const topic = kafka.name('later');
    const starting = start({ topic });
    await eventually('it to say so', () => kafka.log.lines.some(({ fields }) => 'topic' in fields && fields.topic === topic));
    await kafka.createTopic('later', 1, COMPACT);
    const { table } = await starting;
    expect(table.position).toBe(0);
  });

  it('lets a writer wait for its own write', async () => {
    const topic = await kafka.createTopic('own_writes', 1, COMPACT);
    const { table } = await start({ topic });
    const waiting = table.waitForOffset(0, 30_000);
    await kafka.send(topic, [{ key: 'a', value: '1' }]);
    await waiting;
    expect(table.get('a')?.toString()).toBe('1');
    await table.waitForOffset(0, 0);
    await expect(table.waitForOffset(99, 50)).rejects.toMatchObject({ code: 'TIMEOUT' });
    const stopped = expect(table.waitForOffset(99, 5000)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await table.stop();
    await stopped;
  });

  it('reads a topic that was made anew from its beginning and tells what is gone', async () => {
    const topic = await kafka.createTopic('anew', 1, COMPACT);
    await kafka.send(topic, [
      { key: 'gone', value: '1' },
      { key: 'same', value: '2' },
      { key: 'other', value: '3' },
    ]);
    const { table, changes } = await start({ topic });
    await kafka.admin.deleteTopics({ topics: [topic] });
    await eventually('the topic to be gone', async () => !(await kafka.admin.listTopics()).includes(topic));
    await kafka.createTopic('anew', 1, COMPACT);
    // As many records as before, so that the old position would fit the new log as well.
    await kafka.send(topic, [
      { key: 'same', value: '2' },
      { key: 'other', value: 'changed' },
      { key: 'fresh', value: '4' },
    ]);
    await eventually('the new content', () => table.get('fresh') !== undefined);
    expect(shown(table)).toEqual({ same: '2', other: 'changed', fresh: '4' });
    // Whoever follows the changes ends up with the same; the new topic may have been seen while it was still empty.
    const followed = new Map<string, string>();
    for (const change of changes) {
      const [, key, value] = /^(.*)=(.*)@/.exec(change)!;
      if (value === '-') followed.delete(key!);
      else followed.set(key!, value!);
    }
    expect(Object.fromEntries(followed)).toEqual(shown(table));
    expect(changes.some((change) => change.startsWith('gone=-'))).toBe(true);
  });

  it('stops within a second and closes its connections', async () => {
    const topic = await kafka.createTopic('stop', 1, COMPACT);
    const sockets = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
    const before = sockets();
    const { table } = await start({ topic });
    expect(sockets()).toBeGreaterThan(before);
    const startedAt = performance.now();
    await table.stop();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    await eventually('no more sockets', () => sockets() <= before);
  });
});
