import { batchOf, type GatewayClient } from '../api/gateway-client.ts';

const MAX_EVENTS = 1000;
const MAX_BYTES = 1024 * 1024;

/** Gathers events into batches and sends one at a time, so that their order is kept and memory is bounded. */
export class EventSender {
  readonly #gateway: Pick<GatewayClient, 'send'>;
  readonly #stream: string;
  readonly #signal: AbortSignal;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Events that Kafka has acknowledged. */
  sent = 0;

  constructor(gateway: Pick<GatewayClient, 'send'>, stream: string, signal: AbortSignal) {
    this.#gateway = gateway;
    this.#stream = stream;
    this.#signal = signal;
  }

  /** Resolves when there is room for the next. @throws CliError when the gateway refuses a batch */
  async add(event: Buffer): Promise<void> {
    if (this.#waitingBytes + event.length > MAX_BYTES) await this.flush();
    this.#waiting.push(event);
    this.#waitingBytes += event.length;
    if (this.#waiting.length === MAX_EVENTS) await this.flush();
  }

  /** Resolves when all that was added is acknowledged. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const events = this.#waiting;
    await this.#gateway.send(this.#stream, batchOf(events), this.#signal);
    this.sent += events.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
