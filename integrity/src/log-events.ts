import { eventIdBase64, type EventWriter, TickClock, UuidV1Generator } from '@hercules/protocol';
import type { EventSource } from './event-source.ts';

const EVENTS_PER_BATCH = 20;

/** Log events, each found by its id in base64, the `_id` of its document. */
export class LogEvents implements EventSource {
  readonly #runId: string;
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  #sequence = 0;

  /** @param runId a word that every event carries in `properties/runId` */
  constructor(runId: string) {
    this.#runId = runId;
  }

  writeBatch(writer: EventWriter): string[] {
    return Array.from({ length: EVENTS_PER_BATCH }, () => this.#writeEvent(writer));
  }

  #writeEvent(writer: EventWriter): string {
    const timestamp = this.#clock.now();
    const uuid = this.#uuids.next();
    writer.beginEvent(timestamp, uuid);
    writer.string('message', `event ${this.#sequence++}`);
    writer.string('level', 'Info');
    writer.beginContainer('properties');
    writer.string('project', 'integrity');
    writer.string('runId', this.#runId);
    writer.endContainer();
    writer.endEvent();
    const head = Buffer.alloc(25);
    head.writeBigInt64BE(timestamp, 1);
    Buffer.from(uuid.replaceAll('-', ''), 'hex').copy(head, 9);
    return eventIdBase64(head, 0);
  }
}
