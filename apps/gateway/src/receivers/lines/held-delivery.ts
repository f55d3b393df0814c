import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, HerculesError, type Logger } from '@hercules/protocol';
import type { BatchIntake } from '../../batch-intake.ts';
import { retryAfterMs } from '../../retry-after.ts';
import type { StreamAccessCache } from '../../stream-access.ts';
import { deliverBatches, repeatable } from '../door/deliver-batches.ts';
import type { LineCounters } from './line-counters.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;
/** How often a listener that cannot deliver says why. */
const COMPLAINT_MS = 10_000;

/**
 * Gives batches to Kafka again and again until it has them: nobody else keeps what came by a protocol that cannot acknowledge. Missing rights, a missing stream and
 * a used up quota hold a batch up too, because an administrator can mend them. The bytes stay the same, and so do the ids of the events.
 */
export class HeldDelivery {
  readonly #intake: Pick<BatchIntake, 'submit'>;
  readonly #access: Pick<StreamAccessCache, 'key'>;
  readonly #apiKey: string;
  readonly #counters: LineCounters;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  #complainedMs = -Infinity;

  constructor(
    intake: Pick<BatchIntake, 'submit'>,
    access: Pick<StreamAccessCache, 'key'>,
    apiKey: string,
    counters: LineCounters,
    logger: Logger,
  ) {
    this.#intake = intake;
    this.#access = access;
    this.#apiKey = apiKey;
    this.#counters = counters;
    this.#logger = logger;
  }

  /** Gives up what is under way: it is lost, and counted. */
  stop(): void {
    this.#stop.abort();
  }

  /** Resolves when Kafka has acknowledged all events of the batch, or there is no hope for them; never rejects. @param events in the batch */
  async deliver(stream: string, batch: Buffer, events: number): Promise<void> {
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(LONGEST_DELAY_MS, delayMs * 2)) {
      const error = await this.#attempt(stream, batch);
      if (error === undefined) return;
      if (!mayPass(error)) return this.#lose(error, events);
      this.#complain(error, stream);
      const waitMs = error.details?.['retryAfterMs'] === undefined ? delayMs * (0.5 + Math.random()) : retryAfterMs(error);
      await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#isStopped) return this.#lose(error, events);
      this.#counters.repeats++;
    }
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #attempt(stream: string, batch: Buffer): Promise<HerculesError | undefined> {
    const access = this.#access.key(this.#apiKey)?.stream(stream);
    if (access === undefined) return UNKNOWN_KEY;
    if (access.route === undefined) return access.rightRefusal ?? access.streamRefusal;
    const [outcome] = await deliverBatches(this.#intake, [{ route: access.route, batch }], () => this.#isStopped);
    return outcome!.error;
  }

  #lose(error: HerculesError, events: number): void {
    this.#counters.refuse(this.#isStopped ? 'stopped' : error.code, events);
    this.#logger.error({ receiver: this.#counters.receiver, code: error.code, events }, `events are lost: ${error.message}`);
  }

  #complain(error: HerculesError, stream: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#complainedMs < COMPLAINT_MS) return;
    this.#complainedMs = nowMs;
    const { receiver, heldBytes } = this.#counters;
    this.#logger.warn({ receiver, stream, code: error.code, heldBytes }, `events are held back: ${error.message}`);
  }
}

/** Whatever is wrong around the events may pass, be it by an administrator's hand; what is wrong with them does not. */
function mayPass(error: HerculesError): boolean {
  return repeatable(error).retryable || HELD_CODES.has(error.code);
}

const HELD_CODES: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'UNAUTHORIZED_RIGHT',
  'PERMISSION_DENIED',
  'STREAM_NOT_FOUND',
  'DERIVED_STREAM',
]);
const UNKNOWN_KEY = new HerculesError('UNAUTHENTICATED', 'The API key of the listener is unknown');
