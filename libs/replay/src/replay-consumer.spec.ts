import type { FetchedRecords, ReadPosition, RecordBlock } from '@hercules/kafka';
import { HerculesError, type Logger } from '@hercules/protocol';
import { blockOf, valuesOf } from './block-fixture.ts';
import { ReplayConsumer, type ReplayConsumerOptions } from './replay-consumer.ts';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Stands in for Kafka: one partition with the offsets [earliest, latest), given out so many at a time. */
class Log {
  earliest = 0;
  latest = 100;
  perFetch = 10;
  /** Partitions that an answer has room for. */
  perAnswer = Infinity;
  /** For offsets. */
  questions = 0;
  fetches = 0;
  failures: Error[] = [];

  fetch(_topic: string, positions: readonly ReadPosition[]): Promise<FetchedRecords[]> {
    this.fetches++;
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    return Promise.resolve(
      positions.map(({ partition, offset }, i) => {
        if (i >= this.perAnswer) return { partition, offset, blocks: [], isOutOfRange: false };
        if (offset < this.earliest || offset > this.latest) return { partition, offset, blocks: [], isOutOfRange: true };
        const count = Math.min(this.perFetch, this.latest - offset);
        const blocks =
          count === 0
            ? []
            : [
                blockOf(
                  partition,
                  Array.from({ length: count }, (_, i) => offset + i),
                ),
              ];
        return { partition, offset, blocks, isOutOfRange: false };
      }),
    );
  }

  offsets(_topic: string, partitions: readonly number[], point: 'earliest' | 'latest' | number): Promise<ReadPosition[]> {
    this.questions++;
    return Promise.resolve(partitions.map((partition) => ({ partition, offset: point === 'earliest' ? this.earliest : this.latest })));
  }
}

interface Stand {
  readonly log: Log;
  readonly consumer: ReplayConsumer;
  readonly blocks: RecordBlock[];
  readonly committed: { partition: number; offset: number }[];
  readonly failures: Error[];
  expired: number;
}

const consumers: ReplayConsumer[] = [];

function start(log: Log, options: Partial<ReplayConsumerOptions> = {}, release = true, onBlock: () => void = () => undefined): Stand {
  const stand = {
    log,
    blocks: [] as RecordBlock[],
    committed: [] as { partition: number; offset: number }[],
    failures: [] as Error[],
    expired: 0,
  };
  const consumer: ReplayConsumer = new ReplayConsumer(
    log,
    { stream: 'logs', partitions: [{ partition: 0, start: 0, next: 0, end: 25 }], maxBufferedBytes: 1000, ...options },
    {
      onBlock: (block) => {
        stand.blocks.push(block);
        onBlock();
        if (release) consumer.release(block);
      },
    },
    {
      onCommit: (offsets) => Promise.resolve(void stand.committed.push(...offsets)),
      onExpired: (offsets) => (stand.expired += offsets),
      onFailure: (error) => stand.failures.push(error),
    },
    silent,
  );
  consumers.push(consumer);
  void consumer.start();
  return Object.assign(stand, { consumer });
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const handedOut = ({ blocks }: Stand): number => blocks.reduce((sum, { count }) => sum + count, 0);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => Promise.all(consumers.splice(0).map((consumer) => consumer.stop())));

describe('ReplayConsumer', () => {
  it('hands out the range, not a record more, and then reads no more', async () => {
    const stand = start(new Log());
    await until(() => handedOut(stand) === 25);
    await turn();
    expect(stand.blocks.flatMap(valuesOf)).toEqual(Array.from({ length: 25 }, (_, i) => String(i)));
    expect(stand.blocks.at(-1)!.lastOffset).toBe(24);
    expect(stand.log.fetches).toBe(3);
  });

  it('begins where the last run has stopped', async () => {
    const stand = start(new Log(), { partitions: [{ partition: 0, start: 0, next: 20, end: 25 }] });
    await until(() => handedOut(stand) === 5);
    expect(stand.consumer.lag()).toEqual([{ topic: 'logs', partition: 0, lag: 5 }]);
    await stand.consumer.commit([{ topic: 'logs', partition: 0, offset: 23 }]);
    expect(stand.committed).toEqual([{ partition: 0, offset: 23 }]);
    expect(stand.consumer.lag()).toEqual([{ topic: 'logs', partition: 0, lag: 2 }]);
  });

  it('stops fetching while too much is held, and goes on when it is released', async () => {
    const stand = start(new Log(), { maxBufferedBytes: 10 }, false);
    await until(() => stand.blocks.length === 1);
    await turn();
    await turn();
    expect(stand.log.fetches).toBe(1);
    stand.consumer.release(stand.blocks[0]!);
    await until(() => stand.blocks.length === 2);
  });

  it('hands out nothing of a paused partition, and fetches it again', async () => {
    const stand: Stand = start(new Log(), {}, true, () => stand.consumer.pause('logs', 0));
    await until(() => stand.blocks.length === 1);
    await turn();
    await turn();
    expect(stand.blocks).toHaveLength(1);
    for (let blocks = 1; handedOut(stand) < 25; blocks++) {
      stand.consumer.resume('logs', 0);
      await until(() => stand.blocks.length > blocks);
    }
    expect(stand.blocks.flatMap(valuesOf)).toEqual(Array.from({ length: 25 }, (_, i) => String(i)));
    expect(stand.log.fetches).toBeGreaterThanOrEqual(stand.blocks.length);
  });

  it('keeps the rate, in portions of a tenth of it', async () => {
    const startedAt = performance.now();
    const stand = start(new Log(), { eventsPerSecond: 100 });
    await until(() => handedOut(stand) === 25);
    // 10 lie in the bucket; 15 more take 150 ms, less the one that may go when there is a token again.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(100);
    expect(Math.max(...stand.blocks.map(({ count }) => count))).toBeLessThanOrEqual(10);
  });

  it('counts what retention has removed, and goes on behind it', async () => {
    const log = new Log();
    log.earliest = 8;
    const stand = start(log);
    await until(() => handedOut(stand) === 17);
    // A run that ends before it has committed that leaves it to the next one, which finds it again.
    expect(stand.expired).toBe(0);
    await stand.consumer.commit([{ topic: 'logs', partition: 0, offset: 18 }]);
    await stand.consumer.commit([{ topic: 'logs', partition: 0, offset: 25 }]);
    expect(stand.expired).toBe(8);
    expect(stand.blocks[0]).toMatchObject({ count: 0, firstOffset: 0, lastOffset: 7 });
  });

  it('is through when retention has removed all of it', async () => {
    const log = new Log();
    log.earliest = 50;
    const stand = start(log);
    await until(() => stand.blocks.length === 1);
    expect(stand.blocks[0]).toMatchObject({ count: 0, lastOffset: 24 });
    await stand.consumer.commit([{ topic: 'logs', partition: 0, offset: 25 }]);
    expect(stand.expired).toBe(25);
  });

  it('fails when the stream is not the one that the range was found in', async () => {
    const log = new Log();
    log.latest = 20;
    const stand = start(log);
    await until(() => stand.failures.length === 1);
    expect(stand.failures[0]!.message).toContain('logs/0 ends at offset 20, before 25 where the replay is to end');
  });

  it('asks for no ends of partitions while others fill the answers', async () => {
    const log = new Log();
    log.perAnswer = 1;
    const partitions = [0, 1, 2].map((partition) => ({ partition, start: 0, next: 0, end: 25 }));
    const stand = start(log, { partitions });
    await until(() => handedOut(stand) === 75);
    expect(log.questions).toBe(0);
  });

  it('tries again what may heal, and fails with what cannot: a stream that is not there several times', async () => {
    const log = new Log();
    const unknown = new HerculesError('STREAM_NOT_FOUND', 'no topic');
    log.failures = [unknown, new HerculesError('KAFKA_UNAVAILABLE', 'no broker'), unknown, unknown, unknown];
    const stand = start(log);
    await until(() => stand.failures.length === 1);
    expect(log.fetches).toBe(5);
    expect(stand.failures[0]!.message).toBe('no topic');
  });

  it('drains: hands out nothing more and waits for what it has handed out', async () => {
    const stand = start(new Log(), { maxBufferedBytes: 10 }, false);
    await until(() => stand.blocks.length === 1);
    let drained = false;
    const draining = stand.consumer.drain(5000).then(() => (drained = true));
    await turn();
    expect(drained).toBe(false);
    stand.consumer.release(stand.blocks[0]!);
    await draining;
    await turn();
    expect(stand.blocks).toHaveLength(1);
  });

  it('drains no longer than it may', async () => {
    const stand = start(new Log(), { maxBufferedBytes: 10 }, false);
    await until(() => stand.blocks.length === 1);
    await stand.consumer.drain(1);
    expect(stand.blocks).toHaveLength(1);
  });
});
