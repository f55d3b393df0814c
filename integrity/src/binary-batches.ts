import { EventWriter } from '@hercules/protocol';
import type { BatchSource, LoadBatch } from './acknowledged-load.ts';
import type { EventSource } from './event-source.ts';
import { HttpPoster, type LoadTarget } from './http-poster.ts';

/** Batches of a source's events for `/stream/send`. */
export class BinaryBatches implements BatchSource {
  readonly #poster: HttpPoster;
  readonly #path: string;
  readonly #events: EventSource;

  constructor(target: LoadTarget, events: EventSource) {
    this.#poster = new HttpPoster(target);
    this.#path = `/stream/send?stream=${target.stream}`;
    this.#events = events;
  }

  next(): LoadBatch {
    const writer = new EventWriter();
    const keys = this.#events.writeBatch(writer);
    const body = Buffer.from(writer.batch());
    return { keys, send: () => this.#poster.post(this.#path, 'application/octet-stream', body) };
  }

  close(): void {
    this.#poster.close();
  }
}
