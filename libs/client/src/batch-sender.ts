import { setTimeout as sleep } from 'node:timers/promises';
import type { HerculesError } from '@hercules/protocol/writing';
import type { EndpointList } from './endpoint-list.ts';
import { type EventBatch, halves, withoutEvent } from './event-batch.ts';

const LONGEST_PAUSE_MS = 10_000;
/** How the gateway names the event for which it refuses a batch. */
const BAD_EVENT = /^Event (\d+) of the batch /;

export interface SenderOptions {
  readonly requestTimeoutMs: number;
  readonly retryForMs: number;
  readonly firstRetryMs: number;
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
  readonly #events: SenderEvents;

  constructor(endpoints: EndpointList, options: SenderOptions, events: SenderEvents) {
    this.#endpoints = endpoints;
    this.#options = options;
    this.#events = events;
  }

  /** Resolves when every event of the batch is acknowledged or lost; never rejects. @param signal gives up what is not acknowledged yet */
  async send(batch: EventBatch, signal: AbortSignal): Promise<void> {
    const deadlineMs = performance.now() + this.#options.retryForMs;
    const waiting = [batch];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      waiting.push(...(await this.#deliver(next, deadlineMs, signal)));
  }

  /** @returns what of the batch is to be sent in its place */
  async #deliver(batch: EventBatch, deadlineMs: number, signal: AbortSignal): Promise<EventBatch[]> {
    let pauseMs = this.#options.firstRetryMs;
    for (;;) {
      const transport = this.#endpoints.pick();
      const outcome = await transport.send(batch.stream, batch.bytes, this.#options.requestTimeoutMs, signal);
      if (outcome.kind === 'failed') this.#endpoints.failed(transport);
      else this.#endpoints.answered(transport);
      if (outcome.kind === 'acknowledged') {
        this.#events.onAcknowledged(batch.events);
        return [];
      }
      if (outcome.kind === 'refused') return this.#refused(batch, outcome.error);
      // Another gateway is asked at once.
      const isElsewhere = outcome.kind === 'failed' && this.#endpoints.hasGood;
      const waitMs = isElsewhere ? 0 : outcome.kind === 'busy' && outcome.retryAfterMs !== undefined ? outcome.retryAfterMs : pauseMs;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      if (signal.aborted || performance.now() + waitMs > deadlineMs) {
        this.#events.onLost(batch.stream, batch.events, outcome.error);
        return [];
      }
      await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      this.#events.onRetry();
    }
  }

  #refused(batch: EventBatch, error: HerculesError): EventBatch[] {
    const { stream, events } = batch;
    const index = Number(BAD_EVENT.exec(String(error.details?.['reason']))?.[1] ?? -1);
    const rest = index < 0 ? undefined : withoutEvent(batch, index);
    if (rest !== undefined) {
      this.#events.onLost(stream, 1, error);
      return [rest];
    }
    const parts = error.code === 'PAYLOAD_TOO_LARGE' ? halves(batch) : undefined;
    if (parts !== undefined) return parts;
    this.#events.onLost(stream, events, error);
    return [];
  }
}
