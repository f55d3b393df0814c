import { request as httpRequest, Agent } from 'node:http';
import { eventIdBase64, EventWriter, TickClock, UuidV1Generator } from '@hercules/protocol';

export interface LoadTarget {
  /** Base URL of the gateway's HTTP port. */
  readonly gateway: string;
  readonly apiKey: string;
  readonly stream: string;
}

interface PendingBatch {
  readonly body: Buffer;
  readonly ids: readonly string[];
}

/**
 * Producers that behave as a careful client does: each sends one batch at a time with `/stream/send`, repeats the same events after anything
 * but an answer of 200, and remembers the id of every event whose batch was acknowledged. Bounded by `stop()` and by its rate.
 */
export class AcknowledgedLoad {
  /** Document ids (base64 of the event ids) of all acknowledged events. */
  readonly acknowledged = new Set<string>();
  /** Answers by status; 0 stands for a broken connection. */
  readonly answers = new Map<number, number>();
  readonly #target: LoadTarget;
  readonly #runId: string;
  readonly #eventsPerBatch: number;
  readonly #pauseMs: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  readonly #producers: Promise<void>[] = [];
  #stopping = false;
  #sequence = 0;

  /** @param runId a word that every event of this load carries in `properties/runId` */
  constructor(target: LoadTarget, runId: string, { producers = 4, eventsPerBatch = 20, pauseMs = 20 } = {}) {
    this.#target = target;
    this.#runId = runId;
    this.#eventsPerBatch = eventsPerBatch;
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
      for (const id of batch.ids) this.acknowledged.add(id);
      await pause(this.#pauseMs);
    }
  }

  #nextBatch(): PendingBatch {
    const writer = new EventWriter();
    const ids: string[] = [];
    for (let i = 0; i < this.#eventsPerBatch; i++) {
      const timestamp = this.#clock.now();
      const uuid = this.#uuids.next();
      const head = Buffer.alloc(25);
      head.writeBigInt64BE(timestamp, 1);
      Buffer.from(uuid.replaceAll('-', ''), 'hex').copy(head, 9);
      ids.push(eventIdBase64(head, 0));
      writer.beginEvent(timestamp, uuid);
      writer.string('message', `event ${this.#sequence++}`);
      writer.string('level', 'Info');
      writer.beginContainer('properties');
      writer.string('project', 'integrity');
      writer.string('runId', this.#runId);
      writer.endContainer();
      writer.endEvent();
    }
    return { body: Buffer.from(writer.batch()), ids };
  }

  async #send(batch: PendingBatch): Promise<boolean> {
    const status = await this.#post(batch.body);
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    if (status >= 400 && status < 500 && status !== 410) throw new Error(`the gateway refused a good batch with ${status}`);
    return status === 200;
  }

  #post(body: Buffer): Promise<number> {
    const { gateway, apiKey, stream } = this.#target;
    return new Promise((resolve) => {
      const request = httpRequest(
        `${gateway}/stream/send?stream=${stream}`,
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
