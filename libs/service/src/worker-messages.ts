import type { MetricsSnapshot } from './metrics.ts';

/** What a worker tells its primary process. */
export type FromWorker =
  | { readonly hercules: 'running' }
  /** The start has failed; the worker ends. */
  | { readonly hercules: 'failed'; readonly message: string }
  | { readonly hercules: 'snapshot'; readonly id: number; readonly snapshot: MetricsSnapshot }
  /** Somebody has asked this worker for /metrics. */
  | { readonly hercules: 'text-wanted'; readonly id: number }
  /** For all other workers. */
  | { readonly hercules: 'tell-others'; readonly topic: string; readonly body: unknown };

/** What the primary process tells a worker. */
export type ToWorker =
  | { readonly hercules: 'stop'; readonly reason: string }
  | { readonly hercules: 'snapshot-wanted'; readonly id: number }
  | { readonly hercules: 'text'; readonly id: number; readonly text: string }
  /** Another worker says this. */
  | { readonly hercules: 'told'; readonly topic: string; readonly body: unknown };

/** Other libraries may use the same channel, so a message is looked at before it is believed. */
export function isOurs<M extends FromWorker | ToWorker>(message: unknown): message is M {
  return typeof message === 'object' && message !== null && 'hercules' in message;
}
