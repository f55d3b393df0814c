import type { RecordBlock } from '@hercules/kafka';
import { LeadershipLost, type TaskResult } from '@hercules/metadata';
import { HerculesError, type Logger } from '@hercules/protocol';
import { TaskRunner } from './task-runner.ts';

const TOPIC = 'tasks';
const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const KEY = { digest: 'd'.repeat(64), prefix: 'shop_' };

function taskText(id: string, queuedAt = Date.now()): string {
  return JSON.stringify({ id, by: 'test', queuedAt, change: { type: 'blacklist.add', key: KEY } });
}

function blockOf(firstOffset: number, values: readonly string[]): RecordBlock {
  const buffers = values.map((value) => Buffer.from(value));
  const starts = buffers.map((_buffer, i) => buffers.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  return {
    topic: TOPIC,
    partition: 0,
    buffer: Buffer.concat(buffers),
    bytes: buffers.reduce((sum, { length }) => sum + length, 0),
    count: values.length,
    firstOffset,
    lastOffset: firstOffset + values.length - 1,
    highWatermark: firstOffset + values.length,
    offsets: Float64Array.from(values, (_value, i) => firstOffset + i),
    timestamps: new Float64Array(values.length),
    keyStarts: new Int32Array(values.length).fill(-1),
    keyEnds: new Int32Array(values.length).fill(-1),
    valueStarts: Int32Array.from(starts),
    valueEnds: Int32Array.from(starts, (start, i) => start + buffers[i]!.length),
  };
}

/** One instance with a metadata topic that is a map; what it does is written down in `steps`. */
function setUp(changes: { put?: (key: string) => Promise<void>; claim?: () => Promise<void>; owned?: boolean } = {}) {
  const steps: string[] = [];
  const results = new Map<string, TaskResult>();
  const world = { owned: changes.owned ?? true, leader: false };
  const writer = {
    get isLeader() {
      return world.leader;
    },
    async claim() {
      steps.push('claim');
      await changes.claim?.();
      world.leader = true;
    },
    release() {
      world.leader = false;
    },
    assertLeader: () => Promise.resolve(),
    async put(key: string, document: unknown) {
      await changes.put?.(key);
      steps.push(`put ${key.startsWith('task/') ? `${key} ${(document as TaskResult).status}` : 'blacklist'}`);
      if (key.startsWith('task/')) results.set(key.slice(5), document as TaskResult);
    },
    remove: () => Promise.resolve(),
  };
  const consumer = {
    assignment: () => (world.owned ? [{ topic: TOPIC, partition: 0 }] : []),
    commit: (offsets: { offset: number }[]) => {
      steps.push(`commit ${offsets[0]!.offset}`);
      return Promise.resolve();
    },
    release: (block: RecordBlock) => void steps.push(`release ${block.firstOffset}`),
  };
  const state = {
    taskResult: (id: string) => results.get(id),
    stream: () => undefined,
    streams: () => [],
    timelineEntry: () => undefined,
    tableReport: () => undefined,
    changedBy: () => undefined,
  };
  const nothing = () => Promise.resolve();
  const topics = { create: nothing, delete: nothing, grow: nothing, setRetention: nothing };
  const options = { topic: TOPIC, attempts: 3, backoffMs: 1, maxAgeMs: 60_000 };
  const runner = new TaskRunner(consumer, writer, state, { state, writer, topics, deleteGracePeriodMs: 0 }, options, quiet);
  return { runner, steps, results, world };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('TaskRunner', () => {
  it('claims once, then carries tasks out in order, the result before the commit', async () => {
    const { runner, steps } = setUp();
    runner.onBlock(blockOf(4, [taskText('a'), taskText('b')]));
    await until(() => steps.includes('release 4'));
    expect(steps).toEqual([
      'commit 4',
      'claim',
      'put blacklist',
      'put task/a DONE',
      'commit 5',
      'put blacklist',
      'put task/b DONE',
      'commit 6',
      'release 4',
    ]);
  });

  it('passes over a task that has a result already', async () => {
    const { runner, steps, results } = setUp();
    results.set('a', { status: 'DONE', queuedAt: 1, finishedAt: 1 });
    runner.onBlock(blockOf(0, [taskText('a')]));
    await until(() => steps.includes('release 0'));
    expect(steps).toEqual(['commit 1', 'release 0']);
  });

  it('sees a result that a former leader wrote before the claim', async () => {
    const { runner, steps, results } = setUp({
      claim: () => {
        results.set('a', { status: 'DONE', queuedAt: 1, finishedAt: 1 });
        return Promise.resolve();
      },
    });
    runner.onBlock(blockOf(0, [taskText('a')]));
    await until(() => steps.includes('release 0'));
    expect(steps).toEqual(['commit 0', 'claim', 'commit 1', 'release 0']);
  });

  it('passes over what is no task', async () => {
    const { runner, steps } = setUp();
    runner.onBlock(blockOf(0, ['{', '{"id":"x"}', taskText('a')]));
    await until(() => steps.includes('release 0'));
    expect(steps).toEqual(['commit 1', 'commit 2', 'commit 2', 'claim', 'put blacklist', 'put task/a DONE', 'commit 3', 'release 0']);
  });

  it('gives a task up after some attempts and goes on with the next', async () => {
    let failures = 0;
    const { runner, steps, results } = setUp({
      put: (key) =>
        key.startsWith('task/') || ++failures > 3 ? Promise.resolve() : Promise.reject(new HerculesError('KAFKA_UNAVAILABLE', 'down')),
    });
    runner.onBlock(blockOf(0, [taskText('a'), taskText('b')]));
    await until(() => steps.includes('release 0'));
    expect(results.get('a')).toMatchObject({ status: 'FAILED', code: 'KAFKA_UNAVAILABLE' });
    expect(results.get('b')).toMatchObject({ status: 'DONE' });
  });

  it('does not repeat what cannot succeed, and hides reasons from inside', async () => {
    let calls = 0;
    const { runner, steps, results } = setUp({
      put: (key) => (key.startsWith('task/') || ++calls > 1 ? Promise.resolve() : Promise.reject(new Error('secret of the house'))),
    });
    runner.onBlock(blockOf(0, [taskText('a')]));
    await until(() => steps.includes('release 0'));
    expect(calls).toBe(1);
    expect(results.get('a')).toMatchObject({
      status: 'FAILED',
      code: 'INTERNAL',
      error: 'The change failed; the log of the service says why',
    });
  });

  it('drops a task that is too old to be known not to have run', async () => {
    const { runner, steps, results } = setUp();
    runner.onBlock(blockOf(0, [taskText('a', Date.now() - 61_000)]));
    await until(() => steps.includes('release 0'));
    expect(steps).not.toContain('put blacklist');
    expect(results.get('a')).toMatchObject({ status: 'FAILED' });
  });

  it('never writes without owning the partition', async () => {
    const { runner, steps, world } = setUp({ owned: false });
    runner.onBlock(blockOf(0, [taskText('a')]));
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(steps).toEqual([]);
    world.owned = true;
    await until(() => steps.includes('release 0'));
    expect(steps.slice(0, 2)).toEqual(['commit 0', 'claim']);
  });

  it('claims again when another instance has claimed although this one owns the partition', async () => {
    let lost = true;
    const { runner, steps, world } = setUp({
      put: () => {
        if (!lost) return Promise.resolve();
        lost = false;
        world.leader = false;
        return Promise.reject(new LeadershipLost('another instance'));
      },
    });
    runner.onBlock(blockOf(0, [taskText('a')]));
    await until(() => steps.includes('release 0'));
    expect(steps).toEqual(['commit 0', 'claim', 'commit 0', 'claim', 'put blacklist', 'put task/a DONE', 'commit 1', 'release 0']);
  });

  it('leaves the rest to the next owner when the partition is revoked, and releases every block', async () => {
    let reached: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (reached = resolve));
    let proceed: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (proceed = resolve));
    const { runner, steps, world } = setUp({
      put: (key) => {
        if (key.startsWith('task/')) return Promise.resolve();
        reached();
        return gate;
      },
    });
    runner.onBlock(blockOf(0, [taskText('a'), taskText('b')]));
    runner.onBlock(blockOf(2, [taskText('c')]));
    await first;
    const revoked = runner.onRevoked();
    proceed();
    await revoked;
    expect(steps).toContain('put task/a DONE');
    expect(steps).not.toContain('put task/b DONE');
    expect(steps.slice(-2)).toEqual(['release 0', 'release 2']);
    expect(world.leader).toBe(false);
  });
});
