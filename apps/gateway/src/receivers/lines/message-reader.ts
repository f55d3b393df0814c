import type { Logger } from '@hercules/protocol';
import { asHerculesError } from '../../batch-intake.ts';
import type { EventBatches } from './event-batches.ts';
import type { FramingEvents } from './framing.ts';
import type { LineCounters } from './line-counters.ts';

const SHOWN_BYTES = 100;
/** One refused message of a listener is logged in this time, in ms; they often come by thousands. */
const LOG_INTERVAL_MS = 1000;

/** Why a message is not taken. */
export class RefusedMessage extends Error {
  /** Short and without the message's own text: a label of /metrics. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Makes events of a message. */
export interface MessageConverter {
  /**
   * @param sender address of the sender
   * @throws RefusedMessage, and HerculesError for an event that cannot be
   */
  convert(buf: Buffer, start: number, end: number, sender: string, batches: EventBatches): void;
}

/** Has messages converted, counts those that are refused, and shows one of them now and then. */
export class MessageReader {
  readonly #converter: MessageConverter;
  readonly #batches: EventBatches;
  readonly #counters: LineCounters;
  readonly #logger: Logger;
  #nextLogMs = -Infinity;

  constructor(converter: MessageConverter, batches: EventBatches, counters: LineCounters, logger: Logger) {
    this.#converter = converter;
    this.#batches = batches;
    this.#counters = counters;
    this.#logger = logger;
  }

  /** What a framing tells of the connection of one sender. @param sender its address */
  eventsOf(sender: string): FramingEvents {
    return {
      onMessage: (buf, start, end) => this.read(buf, start, end, sender),
      onRefused: (reason, head) => {
        this.#counters.received++;
        this.refuse(reason, 'it is not whole', head, sender);
      },
    };
  }

  read(buf: Buffer, start: number, end: number, sender: string): void {
    this.#counters.received++;
    try {
      this.#converter.convert(buf, start, end, sender, this.#batches);
    } catch (error) {
      this.#batches.discard();
      const head = buf.subarray(start, Math.min(end, start + SHOWN_BYTES));
      if (error instanceof RefusedMessage) this.refuse(error.reason, error.message, head, sender);
      else {
        const known = asHerculesError(error);
        this.refuse(known.code, known.code === 'INTERNAL' ? String(error) : known.message, head, sender);
      }
    }
  }

  /** @param head its first bytes */
  refuse(reason: string, why: string, head: Buffer, sender: string): void {
    this.#counters.refuse(reason);
    const nowMs = performance.now();
    if (nowMs < this.#nextLogMs) return;
    this.#nextLogMs = nowMs + LOG_INTERVAL_MS;
    this.#logger.warn({ receiver: this.#counters.receiver, reason, sender, head: head.toString('utf8') }, `a message is refused: ${why}`);
  }
}
