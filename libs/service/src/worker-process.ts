import cluster from 'node:cluster';
import { HerculesError } from '@hercules/protocol';
import type { ServiceContext } from './service-context.ts';
import { type FromWorker, isOurs, type ToWorker } from './worker-messages.ts';

/** Variable by which the primary process tells a worker its number. */
export const WORKER_ID_VARIABLE = 'HERCULES_WORKER_ID';

/** Longest wait for the primary's answer, in ms; longer than it waits for the other workers. */
const TEXT_TIMEOUT_MS = 2000;

/** The number of this worker among its like, from 1; undefined in a process that is none. */
export function workerNumber(): number | undefined {
  return cluster.isWorker ? Number(process.env[WORKER_ID_VARIABLE]) : undefined;
}

/** Tells the primary process; without one nothing happens. */
export function tellPrimary(message: FromWorker): void {
  // A primary that is gone takes this process with it, so there is nothing to do about an error.
  process.send?.(message, undefined, undefined, () => undefined);
}

/** Connects a worker with its primary process: it stops when told to, gives its metrics, and asks for the sum of all. */
export function attachWorker({ lifecycle, metrics, logger }: Pick<ServiceContext<unknown>, 'lifecycle' | 'metrics' | 'logger'>): void {
  const waiting = new Map<number, (text: string) => void>();
  let lastId = 0;
  process.on('message', (message: unknown) => {
    if (!isOurs<ToWorker>(message)) return;
    if (message.hercules === 'stop') lifecycle.requestStop(message.reason);
    else if (message.hercules === 'text') waiting.get(message.id)?.(message.text);
    else if (message.hercules === 'snapshot-wanted') {
      metrics.snapshot().then(
        (snapshot) => tellPrimary({ hercules: 'snapshot', id: message.id, snapshot }),
        (error: unknown) => logger.error({ err: error }, 'the metrics could not be read'),
      );
    }
  });
  metrics.readTextFrom(() => {
    const id = ++lastId;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(
      () => reject(new HerculesError('TIMEOUT', 'the primary process did not answer with the metrics')),
      TEXT_TIMEOUT_MS,
    );
    waiting.set(id, resolve);
    tellPrimary({ hercules: 'text-wanted', id });
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(id);
    });
  });
  lifecycle.onState((state) => {
    if (state === 'RUNNING') tellPrimary({ hercules: 'running' });
  });
}
