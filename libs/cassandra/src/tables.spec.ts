import { randomBytes } from 'node:crypto';
import { checkedKeyspace } from './keyspace.ts';
import { timelineStatements, timelineTable } from './timeline-tables.ts';
import { SPAN_INDEX_SHARDS, spanIndexBucket, spanIndexPartitions, spanIndexShard } from './tracing-tables.ts';

describe('the index of spans', () => {
  it('puts times into minutes', () => {
    expect(spanIndexBucket(0n)).toBe(0);
    expect(spanIndexBucket(599_999_999n)).toBe(0);
    expect(spanIndexBucket(600_000_000n)).toBe(60_000);
  });

  it('spreads traces over its shards evenly, each always into the same', () => {
    const counts = new Array<number>(SPAN_INDEX_SHARDS).fill(0);
    for (let i = 0; i < 4000; i++) {
      const id = randomBytes(16);
      const shard = spanIndexShard(Buffer.concat([Buffer.alloc(3), id]), 3);
      expect(shard).toBe(spanIndexShard(id));
      counts[shard]!++;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });

  it('names the partitions of an interval, newest first', () => {
    const partitions = [...spanIndexPartitions('s', '', 60_001, 180_000)];
    expect(partitions.map(({ bucket }) => bucket)).toEqual(
      [180_000, 120_000, 60_000].flatMap((bucket) => new Array<number>(4).fill(bucket)),
    );
    expect(partitions.slice(0, 4).map(({ shard }) => shard)).toEqual([0, 1, 2, 3]);
  });
});

describe('names in statements', () => {
  it.each(['Upper', 'a-b', 'a"; DROP', '', '1a', 'x'.repeat(49)])('the keyspace %j is refused', (name) =>
    expect(() => checkedKeyspace(name)).toThrow('expected a keyspace'),
  );

  it.each(['Upper', 'a-b', 'a"b', '', 'x'.repeat(49)])('the timeline %j is refused', (name) =>
    expect(() => timelineTable('ks', name)).toThrow('expected a timeline'),
  );

  it('a timeline may begin with a digit; times to live are whole seconds', () => {
    const table = timelineTable('ks', '2024_logs');
    expect(table).toBe('ks."2024_logs"');
    expect(timelineStatements.create(table, 5999)).toContain('default_time_to_live = 5');
  });
});
