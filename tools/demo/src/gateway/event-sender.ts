import { setTimeout as delay } from 'node:timers/promises';
import { EventWriter } from '@hercules/protocol';
import { failureReason } from '../http/failure-reason.ts';

export interface EventSenderOptions {
  /** Base URL of the gateway. */
  readonly gateway: string;
  readonly stream: string;
  readonly apiKey: string;
  /** Events that wait while the gateway does not take any, in bytes; those beyond are dropped and counted. */
  readonly maxQueuedBytes?: number;
  readonly maxBatchBytes?: number;
  /** How long an event may wait for others, in ms. */
  readonly lingerMs?: number;
  /** Told once when the gateway begins to refuse events, and once when it takes them again. */
  readonly print?: (line: string) => void;
}

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 5000;
const SEND_TIMEOUT_MS = 30_000;
const COUNT_BYTES = 4;
/** Statuses of a batch that would be refused every time (apis §3); a stream or a right that is missing may still be made. */
const FINAL_STATUSES: readonly number[] = [400, 411, 413, 415];

/** Sends events to one stream in small batches: never blocks its caller, holds so many bytes and no more, repeats what was not taken. */
export class EventSender {
  readonly #options: Required<EventSenderOptions>;
  readonly #writer = new EventWriter();
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #wake = (): void => undefined;
  #running: Promise<void>;
  #sent = 0;
  #dropped = 0;
  #problem = '';

  constructor(options: EventSenderOptions) {
    this.#options = { maxQueuedBytes: 4 << 20, maxBatchBytes: 256 << 10, lingerMs: 500, print: () => undefined, ...options };
    this.#running = this.#run();
  }

  /** Events that the gateway has acknowledged. */
  get sent(): number {
    return this.#sent;
  }

  /** Events that were given up: the queue was full, the gateway refused them for good, or there was no time left at the end. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Queues the one event that `write` writes, unless the queue is full or the sender closed. @throws ProtocolError of the writer */
  add(write: (writer: EventWriter) => void): void {
    this.#writer.reset();
    write(this.#writer);
    const event = Buffer.from(this.#writer.events());
    if (this.#stop.signal.aborted || this.#queuedBytes + event.length > this.#options.maxQueuedBytes) {
      this.#dropped++;
      return;
    }
    this.#queue.push(event);
    this.#queuedBytes += event.length;
    this.#wake();
  }

  /** Sends what is queued, for at most so long; the rest counts as dropped. */
  async close(timeoutMs: number): Promise<void> {
    this.#stop.abort();
    this.#wake();
    const timer = setTimeout(() => this.#abort.abort(), timeoutMs);
    await this.#running;
    clearTimeout(timer);
    this.#dropped += this.#queue.length;
    this.#queue = [];
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      if (this.#queue.length === 0) {
        if (this.#stop.signal.aborted) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      if (this.#queuedBytes < this.#options.maxBatchBytes) await pause(this.#options.lingerMs, this.#stop.signal);
      await this.#deliver(this.#takeBatch());
    }
  }

  #takeBatch(): Buffer[] {
    let bytes = 0;
    let count = 0;
    do bytes += this.#queue[count++]!.length;
    while (count < this.#queue.length && bytes + this.#queue[count]!.length <= this.#options.maxBatchBytes);
    return this.#queue.splice(0, count);
  }

  /** The batch's bytes stay counted until it has come to an end, so that queue and batch together are bounded. */
  async #deliver(events: readonly Buffer[]): Promise<void> {
    const body = batchOf(events);
    let isSent = false;
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2)) {
      const problem = await this.#send(body);
      this.#tell(problem?.text ?? '');
      isSent = problem === undefined;
      if (isSent || problem!.isFinal || this.#abort.signal.aborted) break;
      await pause(backoffMs, this.#abort.signal);
    }
    this.#queuedBytes -= body.length - COUNT_BYTES;
    if (isSent) this.#sent += events.length;
    else this.#dropped += events.length;
  }

  async #send(body: Uint8Array<ArrayBuffer>): Promise<{ text: string; isFinal: boolean } | undefined> {
    const { gateway, stream, apiKey } = this.#options;
    try {
      const response = await fetch(`${gateway}/stream/send?stream=${stream}`, {
        method: 'POST',
        headers: { authorization: `Hercules apiKey ${apiKey}`, 'content-type': 'application/octet-stream' },
        body,
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (response.status === 200) return undefined;
      return { text: `${response.status} ${text}`.trim(), isFinal: FINAL_STATUSES.includes(response.status) };
    } catch (error) {
      return { text: failureReason(error), isFinal: false };
    }
  }

  #tell(problem: string): void {
    if (problem === this.#problem || this.#abort.signal.aborted) return;
    this.#problem = problem;
    const { print, stream } = this.#options;
    print(problem === '' ? `the gateway takes events of ${stream} again` : `the gateway does not take events of ${stream}: ${problem}`);
  }
}

function batchOf(events: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const count = Buffer.alloc(COUNT_BYTES);
  count.writeInt32BE(events.length);
  return new Uint8Array(Buffer.concat([count, ...events]));
}

/** Resolves after so long, or at once when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
