import { encodeEvent, tag, type Value } from '../index.ts';
import { hashFunction, HASH_ALGORITHMS } from './hash-algorithms.ts';
import { WeightedNodes } from './weighted-nodes.ts';

const bytesOf = (tags: Record<string, Value>): Buffer =>
  encodeEvent({ version: 1, timestamp: 1n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map(Object.entries(tags)) });
const nodeOf = (nodes: WeightedNodes, bytes: Buffer): string => nodes.names[nodes.choose(bytes, 0, bytes.length)]!;

describe('WeightedNodes', () => {
  const options = { shardingKeys: ['host'], algorithm: 'xxhash32' } as const;
  const events = Array.from({ length: 6000 }, (_, i) => bytesOf({ host: tag.string(`host-${i}`), other: tag.integer(i) }));

  it('gives each node its share', () => {
    const nodes = new WeightedNodes({ ...options, nodes: { a: 1, b: 2, c: 3 } });
    const counts = new Map<string, number>();
    for (const event of events) counts.set(nodeOf(nodes, event), (counts.get(nodeOf(nodes, event)) ?? 0) + 1);
    for (const [name, weight] of Object.entries({ a: 1, b: 2, c: 3 })) expect(counts.get(name)! / (weight * 1000)).toBeCloseTo(1, 0);
  });

  it('moves only what a new node gains', () => {
    const before = new WeightedNodes({ ...options, nodes: { a: 1, b: 1 } });
    const after = new WeightedNodes({ ...options, nodes: { a: 1, b: 1, c: 1 } });
    const moved = events.filter((event) => nodeOf(before, event) !== nodeOf(after, event));
    expect(moved.length).toBeGreaterThan(0);
    for (const event of moved) expect(nodeOf(after, event)).toBe('c');
  });

  it('looks at nothing but the listed tags', () => {
    const nodes = new WeightedNodes({ ...options, nodes: { a: 1, b: 1, c: 1 } });
    for (let i = 0; i < 50; i++) {
      const [one, two] = [1, 2].map((other) => bytesOf({ other: tag.integer(other), host: tag.string(`h${i}`) })) as [Buffer, Buffer];
      expect(nodeOf(nodes, one)).toBe(nodeOf(nodes, two));
    }
  });

  it.each([{}, { a: 0 }, { a: -1 }, { a: Infinity }, { ['x'.repeat(300)]: 1 }])('refuses the nodes %j', (nodes) => {
    expect(() => new WeightedNodes({ ...options, nodes })).toThrow('expected');
  });

  it('refuses what is no event', () => {
    const nodes = new WeightedNodes({ ...options, nodes: { a: 1 } });
    expect(() => nodes.choose(events[0]!, 0, 30)).toThrow('expected');
  });
});

describe('hashFunction', () => {
  it.each(HASH_ALGORITHMS)('%s depends on every byte, at every length', (algorithm) => {
    const hash = hashFunction(algorithm);
    const bytes = Buffer.from(Array.from({ length: 70 }, (_, i) => (i * 37) & 0xff));
    const seen = new Set<number>();
    for (let end = 1; end <= bytes.length; end++) seen.add(hash(bytes, 0, end));
    expect(seen.size).toBe(bytes.length);
    const before = hash(bytes, 1, 69);
    for (let at = 1; at < 69; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x10;
      expect(hash(changed, 1, 69)).not.toBe(before);
    }
  });
});
