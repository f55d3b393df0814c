import { Lifecycle, type LifecycleState } from './lifecycle.ts';

const lines: [level: string, msg: string | undefined][] = [];
const log = (level: string) => (_fields: object | string, msg?: string) => void lines.push([level, msg]);
const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };

function newLifecycle(): Lifecycle {
  return new Lifecycle({ onFailure: () => undefined });
}

beforeEach(() => (lines.length = 0));

it('stops parts one after the other, the last one first', async () => {
  const lifecycle = newLifecycle();
  const order: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    lifecycle.onStop(name, async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    });
  }
  expect(await lifecycle.stop(1000, logger)).toEqual({ failed: [] });
  expect(order).toEqual(['c begins', 'c ends', 'b begins', 'b ends', 'a begins', 'a ends']);
});

it('goes on after a part that failed', async () => {
  const lifecycle = newLifecycle();
  let stopped = false;
  lifecycle.onStop('good', () => void (stopped = true));
  lifecycle.onStop('throws', () => {
    throw new Error('no');
  });
  lifecycle.onStop('rejects', () => Promise.reject(new Error('no')));
  expect(await lifecycle.stop(1000, logger)).toEqual({ failed: ['rejects', 'throws'] });
  expect(stopped).toBe(true);
  expect(lines.filter(([level]) => level === 'error')).toHaveLength(2);
});

it('names the part that hangs, and leaves the rest', async () => {
  const lifecycle = newLifecycle();
  let stopped = false;
  lifecycle.onStop('rest', () => void (stopped = true));
  lifecycle.onStop('hangs', () => new Promise(() => undefined));
  expect(await lifecycle.stop(20, logger)).toEqual({ hung: 'hangs', failed: [] });
  expect(stopped).toBe(false);
});

it('stops a part that comes while it stops', async () => {
  const lifecycle = newLifecycle();
  let stopped = false;
  lifecycle.onStop('first', () => lifecycle.onStop('late', () => void (stopped = true)));
  await lifecycle.stop(1000, logger);
  expect(stopped).toBe(true);
});

it('tells of each change of the state once', () => {
  const lifecycle = newLifecycle();
  const seen: LifecycleState[] = [];
  lifecycle.onState((state) => seen.push(state));
  for (const state of ['RUNNING', 'STOPPING', 'STOPPING', 'STOPPED'] as const) lifecycle.enter(state);
  expect(seen).toEqual(['RUNNING', 'STOPPING', 'STOPPED']);
});
