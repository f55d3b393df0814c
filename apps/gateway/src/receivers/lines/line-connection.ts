import type { Socket } from 'node:net';
import type { Admission, AdmissionTicket, AdmissionWaiter } from '../../admission.ts';
import type { EventBatch, EventBatches } from './event-batches.ts';
import type { Framing, FramingEvents } from './framing.ts';
import type { HeldDelivery } from './held-delivery.ts';
import type { LineCounters } from './line-counters.ts';

/** Permits for a byte that was read: its event is longer than the message. */
const GROWTH = 4;
/** When there is no place in the queue for permits, in ms. */
const QUEUE_RETRY_MS = 100;

export interface ConnectionParts {
  /** Memory for what was read; the listener's own, so that one that is held up does not hold up others. */
  readonly admission: Admission;
  readonly delivery: HeldDelivery;
  readonly batches: EventBatches;
  readonly counters: LineCounters;
  /** What a connection may have read that Kafka does not have yet, in bytes. */
  readonly maxHeldBytes: number;
}

/**
 * One connection of a sender that hears nothing back. Its socket is read only while there are permits and Kafka keeps up; otherwise TCP holds the sender back.
 */
export class LineConnection implements AdmissionWaiter {
  readonly #parts: ConnectionParts;
  readonly #socket: Socket;
  readonly #framing: Framing;
  readonly #events: FramingEvents;
  /** Read, and without permits yet. */
  #waiting: Buffer | undefined;
  #ticket: AdmissionTicket | undefined;
  /** Permits that were asked for, and are taken when {@link #take} is called. */
  #weight = 0;
  #heldBytes = 0;
  #isEnded = false;
  readonly #done = Promise.withResolvers<void>();

  constructor(parts: ConnectionParts, socket: Socket, framing: Framing, events: FramingEvents) {
    this.#parts = parts;
    this.#socket = socket;
    this.#framing = framing;
    this.#events = events;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    // A reset says no more than an end; what had come before it is good.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#onClose());
  }

  /** Resolves when it is closed and Kafka has all that was read from it. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  onAdmitted(): void {
    this.#ticket = undefined;
    this.#take();
  }

  onAdmissionTimeout(): void {
    this.#ticket = undefined;
    this.#askForPermits();
  }

  #onData(chunk: Buffer): void {
    this.#waiting = this.#waiting === undefined ? chunk : Buffer.concat([this.#waiting, chunk]);
    if (this.#ticket === undefined) this.#askForPermits();
  }

  #askForPermits(): void {
    const { admission } = this.#parts;
    // A chunk is shorter than any capacity that makes sense; a smaller one must not stop everything.
    this.#weight = Math.min(this.#waiting!.length * GROWTH, admission.capacity);
    if (admission.tryAcquire(this.#weight)) return this.#take();
    this.#socket.pause();
    this.#ticket = admission.wait(this.#weight, this);
    if (this.#ticket === undefined) setTimeout(() => this.#ticket === undefined && this.#waiting && this.#askForPermits(), QUEUE_RETRY_MS);
  }

  #take(): void {
    const chunk = this.#waiting!;
    this.#waiting = undefined;
    const { counters } = this.#parts;
    counters.receivedBytes += chunk.length;
    try {
      this.#framing.feed(chunk, this.#events);
    } catch {
      // It was counted where it was found; nothing that follows could be told apart.
      this.#socket.destroy();
    }
    this.#deliver(this.#weight);
    if (this.#isEnded) this.#finishReading();
  }

  #deliver(weight: number): void {
    const { admission, batches, delivery, maxHeldBytes, counters } = this.#parts;
    const taken = batches.take();
    const bytes = taken.reduce((sum, { batch }) => sum + batch.length, 0);
    this.#heldBytes += bytes;
    counters.heldBytes += bytes;
    if (this.#heldBytes >= maxHeldBytes) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    const all = taken.map(({ stream, batch, events }: EventBatch) => delivery.deliver(stream, batch, events));
    void Promise.all(all).then(() => {
      admission.release(weight);
      this.#heldBytes -= bytes;
      counters.heldBytes -= bytes;
      if (this.#heldBytes < maxHeldBytes && this.#waiting === undefined) this.#socket.resume();
      this.#endIfDone();
    });
  }

  #onClose(): void {
    this.#isEnded = true;
    if (this.#waiting === undefined) this.#finishReading();
  }

  #finishReading(): void {
    this.#framing.end(this.#events);
    this.#deliver(0);
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#isEnded && this.#waiting === undefined && this.#heldBytes === 0) this.#done.resolve();
  }
}
