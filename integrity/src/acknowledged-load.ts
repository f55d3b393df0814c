import { request as httpRequest, Agent } from 'node:http';
import { EventWriter } from '@hercules/protocol';
import type { EventSource } from './event-source.ts';

export interface LoadTarget {
  /** Base URL of the gateway's HTTP port. */
  readonly gatewayUrl: string;
  readonly apiKey: string;
  readonly stream: string;
}

interface PendingBatch {
  readonly body: Buffer;
  /** By which its events are found in their store. */
  readonly keys: readonly string[];
}

/**
 * Producers that behave as a careful client does: each sends one batch at a time with `/stream/send`, repeats the same events after anything
 * but an answer of 200, and remembers every event whose batch was acknowledged. Bounded by `stop()` and by its rate.
 */
export class AcknowledgedLoad {
  /** All acknowledged events, each by what its source finds it by. */
  readonly acknowledged = new Set<string>();
  /** Answers by status; 0 stands for a broken connection. */
  readonly answers = new Map<number, number>();
  readonly #target: LoadTarget;
  readonly #events: EventSource;
  readonly #pauseMs: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #producers: Promise<void>[] = [];
  #stopping = false;

  constructor(target: LoadTarget, events: EventSource, { producers = 4, pauseMs = 20 } = {}) {
    this.#target = target;
    this.#events = events;
    this.#pauseMs = pauseMs;
    for (let i = 0; i < producers; i++) this.#producers.push(this.#produce());
  }

  /** Ends the load. A batch that never was acknowledged is given up: it may be stored or not. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#producers);
    this.#agent.destroy();
  }

  async #produce(): Promise<void> {
    while (!this.#stopping) {
      const batch = this.#nextBatch();
      while (!(await this.#send(batch))) {
        if (this.#stopping) return;
        await pause(50);
      }
      for (const key of batch.keys) this.acknowledged.add(key);
      await pause(this.#pauseMs);
    }
  }

  #nextBatch(): PendingBatch {
    const writer = new EventWriter();
    const keys = this.#events.writeBatch(writer);
    return { body: Buffer.from(writer.batch()), keys };
  }

  async #send(batch: PendingBatch): Promise<boolean> {
    const status = await this.#post(batch.body);
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    if (status >= 400 && status < 500 && status !== 410) throw new Error(`the gateway refused a good batch with ${status}`);
    return status === 200;
  }

  #post(body: Buffer): Promise<number> {
    const { gatewayUrl, apiKey, stream } = this.#target;
    return new Promise((resolve) => {
      const request = httpRequest(
        `${gatewayUrl}/stream/send?stream=${stream}`,
        {
          method: 'POST',
          agent: this.#agent,
          timeout: 45_000,
          headers: {
            authorization: `Hercules apiKey ${apiKey}`,
            'content-type': 'application/octet-stream',
            'content-length': body.length,
          },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
          response.on('error', () => resolve(0));
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer within 45 s')));
      request.on('error', () => resolve(0));
      request.end(body);
    });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
