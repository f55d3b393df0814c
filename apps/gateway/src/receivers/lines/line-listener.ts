import { HerculesError, type Logger } from '@hercules/protocol';
import { Admission } from '../../admission.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import type { LineListenerConfig } from './config.ts';
import { EventBatches } from './event-batches.ts';
import { HeldDelivery } from './held-delivery.ts';
import { LineCounters } from './line-counters.ts';
import type { ConnectionParts } from './line-connection.ts';
import { type MessageConverter, MessageReader } from './message-reader.ts';

const WAIT_MS = 1000;
const MAX_WAITING = 100_000;

/** What the sockets of one listener share. */
export interface LineListener {
  readonly parts: ConnectionParts;
  readonly reader: MessageReader;
  readonly counters: LineCounters;
}

/** What the listeners need of the gateway. */
export interface LineContext extends Pick<ReceiverParts, 'intake' | 'access'> {
  readonly logger: Logger;
  /** The key of listeners without one of their own. */
  readonly anonymousApiKey: string | undefined;
  readonly maxEventSizeBytes: number;
}

/**
 * @param receiver its name in logs and metrics
 * @param setting path of its settings, for errors
 * @throws HerculesError BAD_CONFIG without an API key
 */
export function createLineListener(
  context: LineContext,
  config: Pick<LineListenerConfig, 'apiKey' | 'maxHeldBytes' | 'maxHeldBytesPerConnection'>,
  converter: MessageConverter,
  receiver: string,
  setting: string,
): LineListener {
  const { intake, access, logger, anonymousApiKey, maxEventSizeBytes } = context;
  const apiKey = config.apiKey ?? anonymousApiKey;
  if (apiKey === undefined) {
    throw new HerculesError(
      'BAD_CONFIG',
      `${setting}.apiKey is missing: its protocol has no keys, so the listener needs one (or doors.anonymousApiKey)`,
    );
  }
  const counters = new LineCounters(receiver);
  const batches = new EventBatches(maxEventSizeBytes);
  return {
    parts: {
      admission: new Admission(config.maxHeldBytes, WAIT_MS, MAX_WAITING),
      delivery: new HeldDelivery(intake, access, apiKey, counters, logger),
      batches,
      counters,
      maxHeldBytes: config.maxHeldBytesPerConnection,
    },
    reader: new MessageReader(converter, batches, counters, logger),
    counters,
  };
}
