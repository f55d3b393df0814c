import { HerculesError } from '@hercules/protocol';
import type { SubscriptionOptions } from './subscription.ts';

export interface ConsumerOptions extends SubscriptionOptions {
  groupId: string;
  /** Where to start without a committed offset; topics and partitions that appear later are read from their beginning anyway. Default true. */
  fromBeginning?: boolean;
  /** How soon new topics are seen. Default 2000. */
  metadataRefreshMs?: number;
  /** How long the group waits for a member that has gone silent before it gives its partitions away. Default 10 000. */
  sessionTimeoutMs?: number;
  /** How long a rebalance waits for members that still finish their work. Default 30 000. */
  rebalanceTimeoutMs?: number;
  /** Default 1 MiB; a single batch that is larger comes all the same. */
  maxBytesPerPartition?: number;
  /** How long a broker waits for `minBytes`. Default 250; more would delay `stop`. */
  maxWaitMs?: number;
  /** Default 1. */
  minBytes?: number;
  /** Blocks that are not released may take this much; then fetching stops. One response may exceed it. Default 64 MiB. */
  maxBufferedBytes?: number;
  /** Compare checksums. Default true. */
  checkCrcs?: boolean;
}

export interface ConsumerSettings {
  groupId: string;
  fromBeginning: boolean;
  metadataRefreshMs: number;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  heartbeatIntervalMs: number;
  maxBytesPerPartition: number;
  maxWaitMs: number;
  minBytes: number;
  maxBufferedBytes: number;
  checkCrcs: boolean;
}

const MAX_WAIT_MS = 500;
/** Heartbeats also bring the news of a rebalance, so the session timeout alone would make them too rare. */
const MAX_HEARTBEAT_MS = 1000;

/**
 * Fills in the defaults.
 * @throws HerculesError BAD_CONFIG naming the option
 */
export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  const settings: ConsumerSettings = {
    groupId: options.groupId,
    fromBeginning: options.fromBeginning ?? true,
    metadataRefreshMs: options.metadataRefreshMs ?? 2000,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
    rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 30_000,
    heartbeatIntervalMs: Math.min(MAX_HEARTBEAT_MS, Math.floor((options.sessionTimeoutMs ?? 10_000) / 3)),
    maxBytesPerPartition: options.maxBytesPerPartition ?? 1024 * 1024,
    maxWaitMs: options.maxWaitMs ?? 250,
    minBytes: options.minBytes ?? 1,
    maxBufferedBytes: options.maxBufferedBytes ?? 64 * 1024 * 1024,
    checkCrcs: options.checkCrcs ?? true,
  };
  if (settings.groupId === '') throw new HerculesError('BAD_CONFIG', 'groupId must not be empty');
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value > 0)) {
      throw new HerculesError('BAD_CONFIG', `${name} must be a positive whole number, not ${value}`);
    }
  }
  if (settings.maxWaitMs > MAX_WAIT_MS)
    throw new HerculesError('BAD_CONFIG', `maxWaitMs must be at most ${MAX_WAIT_MS}, not ${settings.maxWaitMs}`);
  return settings;
}
