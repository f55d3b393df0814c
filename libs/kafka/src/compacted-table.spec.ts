import { BROKER_ERROR } from './broker-error-codes.ts';
import type { KafkaCluster } from './cluster.ts';
import { CompactedTable } from './compacted-table.ts';
import { FakeCluster, silentLogger, until } from './fake-cluster.ts';
import { fixtureBatch } from './record-batch-fixture.ts';

const TOPIC = 'meta';

describe('CompactedTable', () => {
  const tables: CompactedTable[] = [];
  afterEach(() => Promise.all(tables.splice(0).map((table) => table.stop())));

  function setUp() {
    const cluster = new FakeCluster();
    const handle = { fork: () => cluster } as unknown as KafkaCluster;
    const table = new CompactedTable(handle, { topic: TOPIC, maxWaitMs: 50 }, silentLogger);
    tables.push(table);
    const changes: string[] = [];
    table.onChange((key, value) => changes.push(`${key}=${value?.toString() ?? '-'}`));
    return { cluster, table, changes };
  }

  function put(cluster: FakeCluster, ...entries: [string, string | null][]): void {
    const log = cluster.logs.get(`${TOPIC}/0`)!;
    const records = entries.map(([key, value]) => ({ key, value }));
    cluster.appendBytes(log, fixtureBatch({ baseOffset: log.end, records }), entries.length);
  }

  it('reads to the end, then follows', async () => {
    const { cluster, table, changes } = setUp();
    cluster.log(TOPIC, 0);
    put(cluster, ['a', '1'], ['b', '1']);
    put(cluster, ['a', '2'], ['b', null]);
    await table.start();
    expect(changes).toEqual(['a=2']);
    put(cluster, ['a', null]);
    await until(() => table.position === 5);
    expect(changes).toEqual(['a=2', 'a=-']);
    expect(table.size).toBe(0);
  });

  it('starts over when the log has become shorter than its position', async () => {
    const { cluster, table, changes } = setUp();
    cluster.log(TOPIC, 0);
    put(cluster, ['a', '1'], ['b', '1'], ['c', '1']);
    await table.start();
    changes.length = 0;
    cluster.log(TOPIC, 0);
    put(cluster, ['b', '1'], ['c', '2']);
    cluster.wake();
    await until(() => table.get('c')?.toString() === '2');
    expect(changes).toEqual(['a=-', 'c=2']);
    expect(table.position).toBe(2);
  });

  it('keeps what it has through an outage and a new leader', async () => {
    const { cluster, table, changes } = setUp();
    const log = cluster.log(TOPIC, 0);
    put(cluster, ['a', '1']);
    await table.start();
    cluster.down.add(1);
    await until(() => cluster.refreshes >= 2);
    expect(table.get('a')?.toString()).toBe('1');
    log.leader = 2;
    put(cluster, ['a', '2']);
    await until(() => table.get('a')?.toString() === '2');
    log.errors.push(BROKER_ERROR.NOT_LEADER_OR_FOLLOWER);
    put(cluster, ['b', '1']);
    await until(() => table.get('b') !== undefined);
    expect(changes).toEqual(['a=1', 'a=2', 'b=1']);
  });

  it('waits at the start for a topic without a leader', async () => {
    const { cluster, table } = setUp();
    const log = cluster.log(TOPIC, 0, -1);
    put(cluster, ['a', '1']);
    const starting = table.start();
    await until(() => cluster.refreshes >= 3);
    log.leader = 1;
    await starting;
    expect(table.size).toBe(1);
  });

  it('does not resolve a start that is stopped', async () => {
    const { table, cluster } = setUp();
    const starting = expect(table.start()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await until(() => cluster.refreshes >= 1);
    await table.stop();
    await starting;
    expect(cluster.closed).toBe(true);
  });
});
