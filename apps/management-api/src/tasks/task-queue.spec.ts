import type { MetadataListener, TaskResult } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { TaskQueue } from './task-queue.ts';
import { taskSchema, type Change } from './task.ts';

const change: Change = { type: 'blacklist.add', key: { digest: 'd'.repeat(64), prefix: 'shop_' } };
const BY = 'pay_~abcdef01';

function setUp(append: (key: string, value: Buffer) => Promise<void> = () => Promise.resolve()) {
  const results = new Map<string, TaskResult>();
  const logged: object[] = [];
  const appended: { key: string; value: Buffer }[] = [];
  let listener: MetadataListener = () => undefined;
  const source = {
    state: { taskResult: (id: string) => results.get(id) },
    onChange: (added: MetadataListener) => {
      listener = added;
      return () => (listener = () => undefined);
    },
  };
  const logger: Logger = { debug() {}, info: (fields) => logged.push(fields as object), warn() {}, error() {} };
  const queue = new TaskQueue(
    (key, value) => {
      appended.push({ key, value });
      return append(key, value);
    },
    source,
    logger,
  );
  const finish = (id: string, result: Partial<TaskResult> = {}) => {
    results.set(id, { status: 'DONE', queuedAt: 1, finishedAt: 2, ...result });
    listener('task', id);
  };
  return { queue, finish, appended, logged };
}

describe('TaskQueue', () => {
  it('queues a change with who asked, and logs it without the key', async () => {
    const { queue, appended, logged } = setUp();
    const id = await queue.submit(change, BY);
    const task = taskSchema.parse(JSON.parse(appended[0]!.value.toString()));
    expect(task).toMatchObject({ id, by: BY, change });
    expect(appended[0]!.key).toBe(`blacklist/${'d'.repeat(64)}`);
    expect(logged).toMatchObject([{ task: id, change: 'blacklist.add', by: BY }]);
  });

  it('waits until the result shows', async () => {
    const { queue, finish } = setUp();
    const id = await queue.submit(change, BY);
    let done = false;
    const waiting = queue.wait(id, 10_000).then(() => (done = true));
    finish('another');
    await Promise.resolve();
    expect(done).toBe(false);
    finish(id);
    await waiting;
  });

  it('sees a result that came before it waited', async () => {
    const { queue, finish } = setUp();
    const id = await queue.submit(change, BY);
    finish(id);
    await queue.wait(id, 1);
  });

  it('throws what the task failed with', async () => {
    const { queue, finish } = setUp();
    finish('1', { status: 'FAILED', code: 'CONFLICT', error: 'because' });
    await expect(queue.wait('1', 1)).rejects.toMatchObject({ code: 'CONFLICT', message: 'because (task 1)' });
    finish('2', { status: 'FAILED', code: 'NO_SUCH_CODE' });
    await expect(queue.wait('2', 1)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('gives up with TIMEOUT while the task stays queued', async () => {
    const { queue } = setUp();
    await expect(queue.wait('1', 1)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('logs nothing that was not queued', async () => {
    const { queue, logged } = setUp(() => Promise.reject(new Error('down')));
    await expect(queue.submit(change, BY)).rejects.toThrow('down');
    expect(logged).toEqual([]);
  });
});
