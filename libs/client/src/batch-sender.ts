import { setTimeout as sleep } from 'node:timers/promises';
import type { HerculesError } from '@hercules/protocol/writing';
import type { EndpointList } from './endpoint-list.ts';
import { type EventBatch, halves, withoutEvent } from './event-batch.ts';

const LONGEST_PAUSE_MS = 10_000;
/** How the gateway names the event for which it refuses a batch. */
const BAD_EVENT = /^Event (\d+) of the batch /;
/** After so many refusals with nothing acknowledged between them it is not for an event that the rest is refused: some thirty lead to two bad ones in 10 000. */
const MAX_REFUSALS_IN_A_ROW = 64;

export interface SenderOptions {
  readonly requestTimeoutMs: number;
  readonly retryForMs: number;
  readonly firstRetryMs: number;
}

/** How it stands with a batch and what it was parted into. */
interface Progress {
  readonly events: SenderEvents;
  readonly deadlineMs: number;
  /** Since something of it was acknowledged. */
  refusalsInARow: number;
}

/** What is told of a batch on its way. */
export interface SenderEvents {
  onAcknowledged(events: number): void;
  /** They will not reach Kafka. */
  onLost(stream: string, events: number, error: HerculesError): void;
  /** A request is sent again. */
  onRetry(): void;
}

/**
 * Sends batches until a gateway has acknowledged them, always the same bytes, so that what was stored twice has one id. An event that a gateway refuses is taken
 * out, and the others go on.
 */
export class BatchSender {
  readonly #endpoints: EndpointList;
  readonly #options: SenderOptions;

  constructor(endpoints: EndpointList, options: SenderOptions) {
    this.#endpoints = endpoints;
    this.#options = options;
  }

  /** Resolves when every event of the batch is acknowledged or lost; never rejects. @param signal gives up what is not acknowledged yet */
  async send(batch: EventBatch, events: SenderEvents, signal: AbortSignal): Promise<void> {
    const progress = { events, deadlineMs: performance.now() + this.#options.retryForMs, refusalsInARow: 0 };
    const waiting = [batch];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      // What comes in the place of a batch goes before the batches behind it, so that the order is kept.
      waiting.unshift(...(await this.#deliver(next, progress, signal)));
  }

  /** @returns what of the batch is to be sent in its place */
  async #deliver(batch: EventBatch, progress: Progress, signal: AbortSignal): Promise<EventBatch[]> {
    let pauseMs = this.#options.firstRetryMs;
    for (;;) {
      const transport = this.#endpoints.pick();
      const askedMs = this.#endpoints.nowMs;
      const outcome = await transport.send(batch.stream, batch.bytes, this.#options.requestTimeoutMs, signal);
      if (outcome.kind === 'failed') this.#endpoints.failed(transport, askedMs);
      else this.#endpoints.answered(transport);
      if (outcome.kind === 'acknowledged') {
        progress.refusalsInARow = 0;
        progress.events.onAcknowledged(batch.events);
        return [];
      }
      if (outcome.kind === 'refused') return refused(batch, outcome.error, progress);
      // Another gateway is asked at once.
      const isElsewhere = outcome.kind === 'failed' && this.#endpoints.hasGood;
      const retryAfterMs = outcome.kind === 'busy' ? outcome.retryAfterMs : undefined;
      const waitMs = isElsewhere ? 0 : retryWaitMs(retryAfterMs, pauseMs, this.#options.firstRetryMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      if (signal.aborted || performance.now() + waitMs > progress.deadlineMs) {
        progress.events.onLost(batch.stream, batch.events, outcome.error);
        return [];
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      progress.events.onRetry();
    }
  }
}

/** @returns what of the batch is to be sent in its place */
function refused(batch: EventBatch, error: HerculesError, progress: Progress): EventBatch[] {
  const { stream, events } = batch;
  progress.refusalsInARow++;
  const index = Number(BAD_EVENT.exec(String(error.details?.['reason']))?.[1] ?? -1);
  const rest = index < 0 ? undefined : withoutEvent(batch, index);
  if (rest !== undefined) {
    progress.events.onLost(stream, 1, error);
    return [rest];
  }
  // The original's gateway does not say which event it refuses: the halves, and their halves, lead to it.
  const isForAnEvent = error.code === 'INVALID_ARGUMENT' && progress.refusalsInARow <= MAX_REFUSALS_IN_A_ROW;
  const parts = isForAnEvent || error.code === 'PAYLOAD_TOO_LARGE' ? halves(batch) : undefined;
  if (parts !== undefined) return parts;
  progress.events.onLost(stream, events, error);
  return [];
}

/**
 * How long to wait before a request is sent again, in ms. Many clients fail at the same moment, so they are to come back at different ones, but none before it was
 * told to.
 * @param retryAfterMs what the gateway has said, if it has
 * @param spreadMs over how long those come back that were told the same
 * @param chance 0 to 1
 */
export function retryWaitMs(retryAfterMs: number | undefined, pauseMs: number, spreadMs: number, chance = Math.random()): number {
  return retryAfterMs === undefined ? pauseMs * (0.5 + chance / 2) : retryAfterMs + spreadMs * chance;
}
