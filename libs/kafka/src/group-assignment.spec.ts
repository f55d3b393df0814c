import { assignPartitions, decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './group-assignment.ts';

const COUNTS: Record<string, number> = { a: 3, b: 1, c: 1, d: 4 };
const count = (topic: string): number => COUNTS[topic] ?? 0;

function shown(result: Map<string, { topic: string; partition: number }[]>): Record<string, string> {
  return Object.fromEntries([...result].map(([member, list]) => [member, list.map(({ topic, partition }) => topic + partition).join(' ')]));
}

describe('the consumer protocol', () => {
  it('writes subscriptions as Java does', () => {
    expect(encodeSubscription(['ab', 'c']).toString('hex')).toBe('0000' + '00000002' + '00026162' + '000163' + 'ffffffff');
    expect(decodeSubscription(encodeSubscription(['ab', 'c']))).toEqual(['ab', 'c']);
    // version 1 with owned partitions after the user data
    expect(decodeSubscription(Buffer.from('0001' + '00000001' + '000161' + 'ffffffff' + '00000000', 'hex'))).toEqual(['a']);
  });

  it('writes and reads assignments', () => {
    const partitions = [
      { topic: 'a', partition: 0 },
      { topic: 'b', partition: 2 },
      { topic: 'a', partition: 1 },
    ];
    expect(encodeAssignment(partitions).toString('hex')).toBe(
      '0000' + '00000002' + '000161' + '00000002' + '00000000' + '00000001' + '000162' + '00000001' + '00000002' + 'ffffffff',
    );
    expect(decodeAssignment(encodeAssignment(partitions))).toHaveLength(3);
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
  });
});

describe('assignPartitions', () => {
  it('round-robin deals all partitions out in turn', () => {
    const members = [
      { memberId: 'm2', topics: ['a', 'b', 'c'] },
      { memberId: 'm1', topics: ['c', 'b', 'a'] },
    ];
    expect(shown(assignPartitions('roundrobin', members, count))).toEqual({ m1: 'a0 a2 c0', m2: 'a1 b0' });
  });

  it('round-robin passes over members that do not subscribe', () => {
    const members = [
      { memberId: 'm1', topics: ['a'] },
      { memberId: 'm2', topics: ['a', 'd'] },
      { memberId: 'm3', topics: ['missing'] },
    ];
    expect(shown(assignPartitions('roundrobin', members, count))).toEqual({ m1: 'a0 a2', m2: 'a1 d0 d1 d2 d3', m3: '' });
  });

  it('range gives neighbours, the rest to the first members', () => {
    const members = ['m1', 'm2'].map((memberId) => ({ memberId, topics: ['a', 'd'] }));
    expect(shown(assignPartitions('range', members, count))).toEqual({ m1: 'a0 a1 d0 d1', m2: 'a2 d2 d3' });
    const three = [...members, { memberId: 'm3', topics: ['b'] }];
    expect(shown(assignPartitions('range', three, count))).toEqual({ m1: 'a0 a1 d0 d1', m2: 'a2 d2 d3', m3: 'b0' });
  });

  it('gives every partition to exactly one member that subscribes to it', () => {
    const members = Array.from({ length: 7 }, (_, i) => ({ memberId: `m${i}`, topics: Object.keys(COUNTS).slice(i % 3) }));
    for (const assignor of ['roundrobin', 'range'] as const) {
      const given = [...assignPartitions(assignor, members, count)].flatMap(([memberId, list]) =>
        list.map(({ topic, partition }) => {
          expect(members.find((member) => member.memberId === memberId)!.topics).toContain(topic);
          return topic + partition;
        }),
      );
      expect(given.sort()).toEqual(['a0', 'a1', 'a2', 'b0', 'c0', 'd0', 'd1', 'd2', 'd3']);
    }
  });
});
