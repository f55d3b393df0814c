import type { ReplayEntry, ReplayJob, ReplayProgress } from '@hercules/replay';
import { ReplayCleaner } from './replay-cleaner.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const HOUR_MS = 3_600_000;

const entry = (id: string, wanted: ReplayJob['wanted'], state: ReplayProgress['state'] | undefined, hoursAgo: number): ReplayEntry => {
  const at = Date.now() - hoursAgo * HOUR_MS;
  return {
    job: { id, wanted, createdAt: at } as ReplayJob,
    progress: state === undefined ? undefined : ({ state, updatedAt: at } as ReplayProgress),
  };
};

it('removes what ended long ago, and nothing that may still go on', async () => {
  const removed: string[] = [];
  const entries = [
    entry('old-done', 'running', 'done', 3),
    entry('old-failed', 'running', 'failed', 3),
    entry('old-cancelled', 'cancelled', undefined, 3),
    entry('old-paused', 'paused', 'paused', 3),
    entry('old-waiting', 'running', undefined, 3),
    entry('old-cancelling', 'cancelled', 'running', 3),
    entry('new-done', 'running', 'done', 1),
  ];
  const log = { remove: (id: string) => Promise.resolve(removed.push(id)) };
  await new ReplayCleaner({ list: () => entries }, log, 2 * HOUR_MS, silent).clean();
  expect(removed).toEqual(['old-done', 'old-failed', 'old-cancelled']);
});

it('goes on when Kafka does not take a removal', async () => {
  const log = { remove: () => Promise.reject(new Error('Kafka is away')) };
  const cleaner = new ReplayCleaner({ list: () => [entry('old', 'running', 'done', 3)] }, log, HOUR_MS, silent);
  await expect(cleaner.clean()).resolves.toBeUndefined();
});
