import { encodeEvent, HPath, kafkaPartition, naiveHash, tag, type HerculesEvent } from '@hercules/protocol';
import { createDefaultPartitioner, ShardingPartitioner, type Partitioner } from './partitioner.ts';

function eventOf(user: number): HerculesEvent {
  const uuid = `00000000-0000-1000-8000-${user.toString(16).padStart(12, '0')}`;
  return { version: 1, timestamp: 1n, uuid, payload: new Map([['user', tag.integer(user)]]) };
}

/** Partitions of 200 different events that stand one after another in a larger buffer. */
function choose(partitioner: Partitioner, partitions: number): number[] {
  return Array.from({ length: 200 }, (_, i) => {
    const event = encodeEvent(eventOf(i));
    const buf = Buffer.concat([Buffer.alloc(7), event, Buffer.alloc(3)]);
    return partitioner.partition(buf, 7, 7 + event.length, partitions);
  });
}

describe('ShardingPartitioner', () => {
  const paths = [HPath.parse('user')];

  it('uses the number of partitions in the metadata', () => {
    const expected = Array.from({ length: 200 }, (_, i) => (naiveHash(eventOf(i), paths) & 0x7fff_ffff) % 5);
    expect(choose(new ShardingPartitioner(['user'], 5), 5)).toEqual(expected);
    expect(choose(new ShardingPartitioner(['user'], 5), 12)).toEqual(expected);
  });

  it('stays within the partitions that the topic has', () => {
    const expected = Array.from({ length: 200 }, (_, i) => (naiveHash(eventOf(i), paths) & 0x7fff_ffff) % 3);
    expect(choose(new ShardingPartitioner(['user'], 5), 3)).toEqual(expected);
  });
});

describe('createDefaultPartitioner', () => {
  it('kafka-default hashes the uuid as Kafka does', () => {
    const expected = Array.from({ length: 200 }, (_, i) => {
      const event = encodeEvent(eventOf(i));
      return kafkaPartition(event, 9, 25, 7);
    });
    expect(choose(createDefaultPartitioner('kafka-default', 16), 7)).toEqual(expected);
  });

  it('random uses every partition', () => {
    expect(new Set(choose(createDefaultPartitioner('random', 16), 3))).toEqual(new Set([0, 1, 2]));
  });

  it('round-robin takes the next partition for each event', () => {
    const chosen = choose(createDefaultPartitioner('round-robin', 16), 3);
    for (let i = 1; i < chosen.length; i++) expect(chosen[i]).toBe((chosen[i - 1]! + 1) % 3);
  });

  it('batched keeps a partition for so many events', () => {
    const chosen = choose(createDefaultPartitioner('batched', 16), 3);
    for (let i = 0; i < 192; i += 16) expect(new Set(chosen.slice(i, i + 16)).size).toBe(1);
    for (let i = 16; i < 192; i += 16) expect(chosen[i]).toBe((chosen[i - 16]! + 1) % 3);
  });
});
