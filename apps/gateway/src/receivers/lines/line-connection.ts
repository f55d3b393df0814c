import type { Socket } from 'node:net';
import type { AdmissionTicket, AdmissionWaiter } from '../../admission.ts';
import { type DeliveryParts, deliverTaken, PERMITS_A_BYTE } from './deliver-taken.ts';
import type { Framing, FramingEvents } from './framing.ts';

/** When there is no place in the queue for permits, in ms. */
const QUEUE_RETRY_MS = 100;

export interface ConnectionParts extends DeliveryParts {
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
    this.#weight = Math.min(this.#waiting!.length * PERMITS_A_BYTE, admission.capacity);
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
    const { maxHeldBytes } = this.#parts;
    const { bytes, over } = deliverTaken(this.#parts, weight);
    this.#heldBytes += bytes;
    if (this.#heldBytes >= maxHeldBytes) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    void over.then(() => {
      this.#heldBytes -= bytes;
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
