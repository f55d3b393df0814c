import { type EventWriter, TICKS_PER_MS, TickClock, UuidV1Generator } from '@hercules/protocol';
import type { EventSource } from './event-source.ts';

const TRACES_PER_BATCH = 5;
const SERVICES = ['front', 'cart', 'payment', 'stock'];

/** Spans of traces that cross four services, each found as `<trace id>/<span id>`. */
export class SpanEvents implements EventSource {
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();

  writeBatch(writer: EventWriter): string[] {
    return Array.from({ length: TRACES_PER_BATCH }, () => this.#writeTrace(writer)).flat();
  }

  #writeTrace(writer: EventWriter): string[] {
    const traceId = this.#uuids.next();
    let parentId: string | undefined;
    return SERVICES.map((service) => {
      const spanId = this.#uuids.next();
      const end = this.#clock.now();
      writer.beginEvent(end, this.#uuids.next());
      writer.uuid('traceId', traceId);
      writer.uuid('spanId', spanId);
      if (parentId !== undefined) writer.uuid('parentSpanId', parentId);
      writer.long('beginTimestampUtc', end - 5n * TICKS_PER_MS);
      writer.long('endTimestampUtc', end);
      writer.beginContainer('annotations');
      writer.string('application', service);
      writer.string('operation', `GET /${service}`);
      writer.string('kind', 'http-request-server');
      writer.endContainer();
      writer.endEvent();
      parentId = spanId;
      return `${traceId}/${spanId}`;
    });
  }
}
