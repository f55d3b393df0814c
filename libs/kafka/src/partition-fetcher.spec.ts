import { AssignedPartition, UNKNOWN_POSITION } from './assigned-partition.ts';
import { BROKER_ERROR } from './broker-error-codes.ts';
import { FakeCluster, silentLogger, turns, until } from './fake-cluster.ts';
import { PartitionFetcher, type FetcherOptions } from './partition-fetcher.ts';
import { fixtureBatch } from './record-batch-fixture.ts';
import type { RecordBlock } from './record-block.ts';

const OPTIONS: FetcherOptions = { maxWaitMs: 50, minBytes: 1, maxBytesPerPartition: 1000, maxBufferedBytes: 100_000, checkCrcs: true };

function setUp(options: Partial<FetcherOptions> = {}) {
  const cluster = new FakeCluster();
  const blocks: RecordBlock[] = [];
  const errors: Error[] = [];
  const state = { release: true, mayDeliver: true, staleReports: 0, onBlock: (_block: RecordBlock): void => undefined };
  const fetcher: PartitionFetcher = new PartitionFetcher(
    cluster,
    { ...OPTIONS, ...options },
    {
      onBlock: (block) => {
        state.onBlock(block);
        blocks.push(block);
        if (state.release) fetcher.release(block);
      },
      onError: (error) => errors.push(error),
      onStaleMetadata: () => {
        state.staleReports++;
        setImmediate(() => fetcher.wake());
      },
      mayDeliver: () => state.mayDeliver,
    },
    silentLogger,
  );
  const values = (topic?: string): string[] =>
    blocks
      .filter((block) => topic === undefined || block.topic === topic)
      .flatMap((block) =>
        Array.from({ length: block.count }, (_, i) => block.buffer.toString('utf8', block.valueStarts[i], block.valueEnds[i])),
      );
  return { cluster, fetcher, blocks, errors, state, values };
}

describe('PartitionFetcher', () => {
  it('hands out what there is and what comes, in order, with one fetch under way', async () => {
    const { cluster, fetcher, values } = setUp();
    cluster.log('a', 0);
    cluster.log('a', 1);
    cluster.append('a', 0, 'one', 'two');
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest'), new AssignedPartition('a', 1, 0, 'earliest')]);
    await until(() => values().length === 2);
    cluster.append('a', 1, 'three');
    cluster.append('a', 0, 'four');
    await until(() => values().length === 4);
    expect(values()).toEqual(['one', 'two', 'three', 'four']);
    expect(fetcher.find('a', 0)).toMatchObject({ position: 3, highWatermark: 3 });
    expect(fetcher.bufferedBytes).toBe(0);
    await fetcher.stop();
  });

  it('does not ask again and again for nothing', async () => {
    const { cluster, fetcher } = setUp();
    cluster.log('a', 0);
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    await until(() => cluster.fetches.length === 3);
    fetcher.find('a', 0)!.paused = true;
    const before = cluster.fetches.length;
    cluster.append('a', 0, 'x');
    await until(() => fetcher.find('a', 0)!.busy === 0);
    await turns();
    expect(cluster.fetches.length).toBeLessThanOrEqual(before + 1);
    await fetcher.stop();
  });

  it('keeps nothing of a paused partition and goes on where it was', async () => {
    const { cluster, fetcher, values, state, blocks } = setUp();
    const log = cluster.log('a', 0);
    cluster.appendBytes(log, fixtureBatch({ baseOffset: 0, attributes: 0, records: [{ value: 'one' }] }), 1);
    cluster.append('a', 0, 'two');
    state.onBlock = () => (fetcher.find('a', 0)!.paused = true);
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    await until(() => blocks.length === 1);
    cluster.append('a', 0, 'three');
    await until(() => fetcher.find('a', 0)!.busy === 0);
    expect(values()).toEqual(['one', 'two']);
    state.onBlock = () => undefined;
    fetcher.find('a', 0)!.paused = false;
    fetcher.wake();
    await until(() => values().length === 3);
    expect(values()).toEqual(['one', 'two', 'three']);
    await fetcher.stop();
  });

  it('stops fetching while blocks are not released', async () => {
    const { cluster, fetcher, values, state, blocks } = setUp({ maxBufferedBytes: 150 });
    cluster.log('a', 0);
    state.release = false;
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    cluster.append('a', 0, 'x'.repeat(200));
    await until(() => blocks.length === 1);
    cluster.append('a', 0, 'y');
    cluster.append('a', 0, 'z');
    await until(() => fetcher.find('a', 0)!.busy === 0);
    const fetches = cluster.fetches.length;
    await turns();
    expect(cluster.fetches.length).toBe(fetches);
    expect(fetcher.bufferedBytes).toBeGreaterThan(150);
    fetcher.release(blocks[0]!);
    fetcher.release(blocks[0]!);
    await until(() => values().at(-1) === 'z');
    state.release = true;
    for (const block of blocks) fetcher.release(block);
    expect(fetcher.bufferedBytes).toBe(0);
    await fetcher.stop();
  });

  it('hands out nothing of a former assignment', async () => {
    const { cluster, fetcher, values, state } = setUp();
    cluster.log('a', 0);
    cluster.log('b', 0);
    cluster.append('a', 0, 'old');
    cluster.append('b', 0, 'new');
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    fetcher.assign([new AssignedPartition('b', 0, 0, 'earliest')]);
    await until(() => values().length > 0);
    // Revocation in the middle of a response: the handler of the first block takes the second one's partition away.
    state.onBlock = () => fetcher.assign([]);
    cluster.append('b', 0, 'last');
    await until(() => values().length === 2);
    cluster.append('b', 0, 'never');
    await turns();
    expect(values()).toEqual(['new', 'last']);
    await fetcher.stop();
  });

  it('seeks: what was fetched before is void', async () => {
    const { cluster, fetcher, values } = setUp();
    cluster.log('a', 0);
    cluster.append('a', 0, 'one', 'two', 'three');
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    fetcher.find('a', 0)!.moveTo(2);
    await until(() => values().length === 1);
    fetcher.find('a', 0)!.moveTo(1);
    fetcher.wake();
    await until(() => values().length === 3);
    expect(values()).toEqual(['three', 'two', 'three']);
    await fetcher.stop();
  });

  it('finds the ends of the log for partitions without a position', async () => {
    const { cluster, fetcher, values } = setUp();
    const early = cluster.log('a', 0);
    cluster.log('a', 1);
    early.start = early.end = 7;
    cluster.append('a', 0, 'seven');
    cluster.append('a', 1, 'passed over');
    fetcher.assign([
      new AssignedPartition('a', 0, UNKNOWN_POSITION, 'earliest'),
      new AssignedPartition('a', 1, UNKNOWN_POSITION, 'latest'),
    ]);
    await until(() => values().length === 1 && fetcher.find('a', 1)!.position === 1);
    cluster.append('a', 1, 'new');
    await until(() => values().length === 2);
    expect(values()).toEqual(['seven', 'new']);
    await fetcher.stop();
  });

  it('starts at the earliest offset, and says so, when its own is not in the log any more', async () => {
    const { cluster, fetcher, values, errors } = setUp();
    const log = cluster.log('a', 0);
    log.start = log.end = 100;
    cluster.append('a', 0, 'hundred');
    fetcher.assign([new AssignedPartition('a', 0, 5, 'latest')]);
    await until(() => values().length === 1);
    expect(fetcher.stats.offsetResets).toBe(1);
    expect(errors[0]!.message).toContain('offset 5 of a/0');
    await fetcher.stop();
  });

  it('follows the leader and keeps the order', async () => {
    const { cluster, fetcher, values, state } = setUp();
    const log = cluster.log('a', 0, 1);
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    cluster.append('a', 0, 'one');
    await until(() => values().length === 1);
    log.leader = 2;
    cluster.append('a', 0, 'two');
    await until(() => values().length === 2);
    expect(values()).toEqual(['one', 'two']);
    expect(state.staleReports).toBeGreaterThan(0);
    expect(cluster.fetches.at(-1)!.nodeId).toBe(2);
    await fetcher.stop();
  });

  it('goes on when a broker comes back', async () => {
    const { cluster, fetcher, values, state } = setUp();
    cluster.log('a', 0);
    cluster.down.add(1);
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    await until(() => fetcher.stats.failedFetches >= 2);
    expect(state.staleReports).toBeGreaterThanOrEqual(2);
    cluster.down.clear();
    cluster.append('a', 0, 'one');
    await until(() => values().length === 1);
    expect(fetcher.find('a', 0)!.failures).toBe(0);
    await fetcher.stop();
  });

  it('gives a block again when its handler threw, and tells', async () => {
    const { cluster, fetcher, values, errors, state } = setUp();
    cluster.log('a', 0);
    cluster.append('a', 0, 'one');
    let failures = 1;
    state.onBlock = () => {
      if (failures-- > 0) throw new Error('no thanks');
    };
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    await until(() => values().length === 1);
    expect(values()).toEqual(['one']);
    expect(errors.map(({ message }) => message)).toEqual(['no thanks']);
    expect(fetcher.stats.handlerErrors).toBe(1);
    expect(fetcher.bufferedBytes).toBe(0);
    await fetcher.stop();
  });

  it('stands still at a batch that cannot be read; other partitions go on', async () => {
    const { cluster, fetcher, values, errors } = setUp();
    const log = cluster.log('a', 0);
    cluster.log('a', 1);
    cluster.append('a', 0, 'good');
    const bad = fixtureBatch({ baseOffset: 1, records: [{ value: 'bad' }] });
    bad[bad.length - 3]! ^= 1;
    cluster.appendBytes(log, bad, 1);
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest'), new AssignedPartition('a', 1, 0, 'earliest')]);
    await until(() => errors.length === 1);
    expect(errors[0]!.message).toContain('a/0 stands still at offset 1');
    cluster.append('a', 1, 'other');
    await until(() => values().length === 2);
    expect(values()).toEqual(['good', 'other']);
    expect(fetcher.stats.unreadableBatches).toBe(1);
    await fetcher.stop();
  });

  it('reports refused access and pauses that partition only', async () => {
    const { cluster, fetcher, errors, values } = setUp();
    cluster.log('a', 0).errors.push(BROKER_ERROR.TOPIC_AUTHORIZATION_FAILED);
    cluster.log('a', 1);
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest'), new AssignedPartition('a', 1, 0, 'earliest')]);
    await until(() => errors.length === 1);
    expect(errors[0]).toMatchObject({ code: 'PERMISSION_DENIED' });
    cluster.append('a', 1, 'fine');
    await until(() => values().length === 1);
    await fetcher.stop();
  });

  it('waits with handing out while it is not certain to own the partitions', async () => {
    const { cluster, fetcher, values, state } = setUp();
    cluster.log('a', 0);
    state.mayDeliver = false;
    cluster.append('a', 0, 'one');
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest')]);
    await until(() => cluster.fetches.length >= 2);
    expect(values()).toEqual([]);
    state.mayDeliver = true;
    await until(() => values().length === 1);
    await fetcher.stop();
  });

  it('serves first next time what got nothing this time', async () => {
    const { cluster, fetcher, values } = setUp();
    cluster.log('a', 0);
    cluster.log('b', 0);
    fetcher.assign([new AssignedPartition('a', 0, 0, 'earliest'), new AssignedPartition('b', 0, 0, 'earliest')]);
    cluster.append('a', 0, 'one');
    await until(() => values().length === 1 && cluster.fetches.length >= 2);
    expect(cluster.fetches.at(-1)!.targets.map(({ topic }) => topic)).toEqual(['b', 'a']);
    await fetcher.stop();
  });
});
