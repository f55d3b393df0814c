import type { TaskResult } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { ResultCleaner } from './result-cleaner.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const MAX_AGE_MS = 24_000;

function setUp(ages: Record<string, number>, isLeader = true) {
  const removed: string[] = [];
  const results = Object.entries(ages).map(([id, age]): [string, TaskResult] => {
    const at = Date.now() - age;
    return [id, { status: 'DONE', queuedAt: at - 5000, finishedAt: at }];
  });
  const writer = { isLeader, remove: (key: string) => Promise.resolve(void removed.push(key)) };
  return { cleaner: new ResultCleaner(writer, { taskResults: () => results[Symbol.iterator]() }, MAX_AGE_MS, quiet), removed };
}

describe('ResultCleaner', () => {
  it('removes results that are older than any task that may still run', async () => {
    const { cleaner, removed } = setUp({ young: 1000, asOldAsTasksMayBe: MAX_AGE_MS + 500, old: MAX_AGE_MS + 1001 });
    await cleaner.clean();
    expect(removed).toEqual(['task/old']);
  });

  it('leaves them to the leader', async () => {
    const { cleaner, removed } = setUp({ old: MAX_AGE_MS * 2 }, false);
    await cleaner.clean();
    expect(removed).toEqual([]);
  });
});
