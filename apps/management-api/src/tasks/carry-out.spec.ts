import { LeadershipLost, MetadataState, stringifyJson, type Stream } from '@hercules/metadata';
import { HerculesError, type Logger } from '@hercules/protocol';
import { carryOut } from './carry-out.ts';
import type { Change } from './task.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const logs: Stream = { type: 'base', name: 'logs', partitions: 2, shardingKey: [], ttl: 1000 };
const KEY = { digest: 'a'.repeat(64), prefix: 'shop_' };

/** The real state behind a writer that applies at once, and topics that only write down what is asked of them. */
function setUp(options: { failTopics?: Error; lostAfter?: number } = {}) {
  const state = new MetadataState(quiet);
  const steps: string[] = [];
  let checks = 0;
  const assertLeader = () => {
    if (options.lostAfter !== undefined && ++checks > options.lostAfter) return Promise.reject(new LeadershipLost('lost'));
    return Promise.resolve();
  };
  const topic = (step: string) => {
    if (options.failTopics !== undefined) return Promise.reject(options.failTopics);
    steps.push(step);
    return Promise.resolve();
  };
  const context = {
    state,
    writer: {
      assertLeader,
      async put(key: string, document: unknown) {
        await assertLeader();
        steps.push(`put ${key}`);
        state.apply(key, Buffer.from(stringifyJson(document)));
      },
      async remove(key: string) {
        await assertLeader();
        steps.push(`remove ${key}`);
        state.apply(key, undefined);
      },
    },
    topics: {
      create: (stream: Stream) => topic(`create ${stream.name}`),
      delete: (name: string) => topic(`delete ${name}`),
      grow: (name: string, total: number) => topic(`grow ${name} ${total}`),
      setRetention: (name: string, ttl: number) => topic(`retention ${name} ${ttl}`),
    },
    deleteGracePeriodMs: 0,
    signal: new AbortController().signal,
  };
  const run = (change: Change, id = 'task') => carryOut(context, { id, by: 'test', queuedAt: 0, change });
  return { state, steps, run };
}

describe('carryOut', () => {
  it('creates the topic before the stream is seen', async () => {
    const { state, steps, run } = setUp();
    await run({ type: 'stream.create', stream: logs });
    expect(steps).toEqual(['create logs', 'put stream/logs']);
    expect(state.stream('logs')).toEqual(logs);
  });

  it('tells a repeated creation by the same task from one by another', async () => {
    const { steps, run } = setUp();
    await run({ type: 'stream.create', stream: logs }, 'one');
    await run({ type: 'stream.create', stream: logs }, 'one');
    await expect(run({ type: 'stream.create', stream: logs }, 'two')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(steps).toHaveLength(2);
  });

  it('leaves no stream without its topic', async () => {
    const { state, run } = setUp({ failTopics: new HerculesError('KAFKA_UNAVAILABLE', 'down') });
    await expect(run({ type: 'stream.create', stream: logs })).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' });
    expect(state.stream('logs')).toBeUndefined();
  });

  it('removes the stream before its topic; twice does no harm', async () => {
    const { steps, run } = setUp();
    await run({ type: 'stream.create', stream: logs });
    await run({ type: 'stream.delete', name: 'logs' });
    await run({ type: 'stream.delete', name: 'logs' });
    expect(steps.slice(2)).toEqual(['remove stream/logs', 'delete logs', 'delete logs']);
  });

  it('does not delete a topic once another instance is the leader', async () => {
    const { steps, run } = setUp({ lostAfter: 3 });
    await run({ type: 'stream.create', stream: logs });
    await expect(run({ type: 'stream.delete', name: 'logs' })).rejects.toThrow(LeadershipLost);
    expect(steps).not.toContain('delete logs');
  });

  it('changes what stands in the stream at the time, not what stood there when it was asked', async () => {
    const { state, steps, run } = setUp();
    await run({ type: 'stream.create', stream: logs });
    await run({ type: 'stream.changeTtl', name: 'logs', ttl: 5000 });
    await run({ type: 'stream.changeDescription', name: 'logs', description: 'Logs' });
    await run({ type: 'stream.increasePartitions', name: 'logs', partitions: 4 });
    expect(state.stream('logs')).toEqual({ ...logs, ttl: 5000, description: 'Logs', partitions: 4 });
    expect(steps.filter((step) => !step.startsWith('put'))).toEqual(['create logs', 'retention logs 5000', 'grow logs 4']);
  });

  it('refuses fewer partitions, but repeats its own growth', async () => {
    const { run } = setUp();
    await run({ type: 'stream.create', stream: logs });
    await run({ type: 'stream.increasePartitions', name: 'logs', partitions: 4 }, 'grow');
    await run({ type: 'stream.increasePartitions', name: 'logs', partitions: 4 }, 'grow');
    await expect(run({ type: 'stream.increasePartitions', name: 'logs', partitions: 4 }, 'other')).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it.each<Change>([
    { type: 'stream.changeTtl', name: 'none', ttl: 1 },
    { type: 'stream.changeDescription', name: 'none', description: '' },
    { type: 'stream.increasePartitions', name: 'none', partitions: 9 },
  ])('$type fails for a stream that has gone', async (change) => {
    await expect(setUp().run(change)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });

  describe('timelines', () => {
    const timeline = { name: 'tl', slices: 1, shardingKey: [], ttl: 1000, timetrapSize: 1, streams: ['logs'], filters: [] };

    /** As cassandra-sink reports, and as the report is then settled. */
    function setUpWithOwner() {
      const { state, steps, run } = setUp();
      const settle = async (task: string, status: 'DONE' | 'FAILED', error?: string) => {
        state.apply('table/tl', Buffer.from(JSON.stringify({ task, status, error, instance: 'sink', at: 1 })));
        await run({ type: 'timeline.settle', name: 'tl', task }, `settle-${task}`);
      };
      return { state, steps, run, settle };
    }

    it('are there when their table is', async () => {
      const { state, run, settle } = setUpWithOwner();
      expect(await run({ type: 'timeline.create', timeline }, 'one')).toBe('pending');
      expect(await run({ type: 'timeline.create', timeline }, 'one')).toBe('pending');
      expect([state.timeline('tl'), state.timelineEntry('tl')?.state, state.taskResult('one')]).toEqual([undefined, 'creating', undefined]);
      await expect(run({ type: 'timeline.create', timeline }, 'two')).rejects.toMatchObject({ code: 'CONFLICT' });
      await settle('one', 'DONE');
      expect(state.timeline('tl')).toEqual(timeline);
      expect(state.taskResult('one')).toMatchObject({ status: 'DONE' });
      await expect(run({ type: 'timeline.create', timeline }, 'two')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    });

    it('are gone again when their table cannot be made', async () => {
      const { state, run, settle } = setUpWithOwner();
      await run({ type: 'timeline.create', timeline }, 'one');
      await settle('one', 'FAILED', 'no space');
      expect(state.timelineEntry('tl')).toBeUndefined();
      expect(state.tableReport('tl')).toBeUndefined();
      expect(state.taskResult('one')).toMatchObject({ status: 'FAILED', code: 'INTERNAL', error: 'no space' });
    });

    it('keep their time to live until the table has the new one', async () => {
      const { state, run, settle } = setUpWithOwner();
      await run({ type: 'timeline.create', timeline }, 'one');
      await settle('one', 'DONE');
      await run({ type: 'timeline.changeTtl', name: 'tl', ttl: 2000 }, 'two');
      expect(state.timelineEntry('tl')).toMatchObject({ state: 'altering', formerTtl: 1000 });
      expect(state.timeline('tl')).toBeDefined();
      await expect(run({ type: 'timeline.changeTtl', name: 'tl', ttl: 3000 }, 'three')).rejects.toMatchObject({ code: 'CONFLICT' });
      await settle('two', 'FAILED', 'refused');
      expect(state.timeline('tl')?.ttl).toBe(1000);
      await run({ type: 'timeline.changeTtl', name: 'tl', ttl: 2000 }, 'four');
      await settle('four', 'DONE');
      expect(state.timelineEntry('tl')).toMatchObject({ state: 'ready', timeline: { ttl: 2000 } });
    });

    it('go when their table has gone, whatever they were waiting for', async () => {
      const { state, run, settle } = setUpWithOwner();
      await run({ type: 'timeline.create', timeline }, 'one');
      await run({ type: 'timeline.delete', name: 'tl' }, 'two');
      expect(state.taskResult('one')).toMatchObject({ status: 'FAILED', code: 'CONFLICT' });
      expect(state.timelineEntry('tl')?.state).toBe('deleting');
      await expect(run({ type: 'timeline.delete', name: 'tl' }, 'three')).rejects.toMatchObject({ code: 'CONFLICT' });
      await settle('one', 'DONE');
      expect(state.timelineEntry('tl')?.state).toBe('deleting');
      await settle('two', 'DONE');
      expect([state.timelineEntry('tl'), state.tableReport('tl')]).toEqual([undefined, undefined]);
      expect(state.taskResult('two')).toMatchObject({ status: 'DONE' });
      await expect(run({ type: 'timeline.changeTtl', name: 'tl', ttl: 2000 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(run({ type: 'timeline.delete', name: 'tl' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('are settled by whoever comes after a crash between two steps', async () => {
      const { state, run } = setUpWithOwner();
      await run({ type: 'timeline.create', timeline }, 'one');
      state.apply('table/tl', Buffer.from(JSON.stringify({ task: 'one', status: 'FAILED', error: 'no', instance: 'sink', at: 1 })));
      state.apply('timeline/tl', undefined);
      await run({ type: 'timeline.settle', name: 'tl', task: 'one' }, 'settle');
      expect(state.taskResult('one')).toMatchObject({ status: 'FAILED', error: 'no' });
      await run({ type: 'timeline.settle', name: 'tl', task: 'one' }, 'settle');
      expect(state.tableReport('tl')).toBeUndefined();
    });
  });

  it('sets and removes rules, each right by itself', async () => {
    const { state, run } = setUp();
    const rules = () => [...state.authorizer.rules()].map(({ right }) => right);
    await run({ type: 'rules.set', key: KEY, pattern: '*', rights: { read: true, write: true, manage: false } });
    expect(rules()).toEqual(['read', 'write']);
    await run({ type: 'rules.set', key: KEY, pattern: '*', rights: { read: false, write: true, manage: true } });
    expect(rules()).toEqual(['write', 'manage']);
  });

  it('handles the blacklist and content validations', async () => {
    const { state, run } = setUp();
    await run({ type: 'blacklist.add', key: KEY });
    expect([...state.authorizer.blacklist()]).toEqual([KEY]);
    await run({ type: 'blacklist.remove', key: KEY });
    expect([...state.authorizer.blacklist()]).toEqual([]);
    const filters = [{ path: 'a', condition: { type: 'exist' as const } }];
    await run({ type: 'validations.set', key: KEY, stream: 'logs', filters });
    expect(state.validations()).toMatchObject([{ ...KEY, stream: 'logs', filters }]);
    await run({ type: 'validations.set', key: KEY, stream: 'logs', filters: [] });
    expect(state.validations()).toEqual([]);
  });
});
