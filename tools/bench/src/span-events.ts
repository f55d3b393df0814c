import { randomBytes } from 'node:crypto';
import { EventWriter, TICKS_PER_MS, TickClock, UuidV1Generator } from '@hercules/protocol';

const SERVICES = ['front', 'cart', 'prices', 'stock', 'payment'];
const OPERATIONS = ['GET /', 'POST /items'];
const SPANS_OF_A_TRACE = 7;

/** Spans of about 330 bytes: traces of seven spans over five services with two operations each, one span in fifty an error. */
export class SpanEventSource {
  readonly #writer = new EventWriter();
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  #traceId = randomBytes(16);
  #parentId = randomBytes(16);
  #sequence = 0;

  /** @returns a batch (count and events) of `size` new events, in a buffer of its own */
  batch(size: number): Buffer {
    const writer = this.#writer;
    writer.reset();
    for (let i = 0; i < size; i++) this.#writeEvent();
    return Buffer.from(writer.batch());
  }

  #writeEvent(): void {
    const writer = this.#writer;
    const sequence = this.#sequence++;
    const inTrace = sequence % SPANS_OF_A_TRACE;
    if (inTrace === 0) this.#traceId = randomBytes(16);
    const spanId = randomBytes(16);
    const end = this.#clock.now();
    writer.beginEvent(end, this.#uuids.next());
    writer.uuid('traceId', this.#traceId);
    writer.uuid('spanId', spanId);
    if (inTrace > 0) writer.uuid('parentSpanId', this.#parentId);
    writer.long('beginTimestampUtc', end - BigInt(1 + (sequence % 90)) * TICKS_PER_MS);
    writer.long('endTimestampUtc', end);
    writer.beginContainer('annotations');
    writer.string('application', SERVICES[inTrace % SERVICES.length]!);
    writer.string('operation', OPERATIONS[inTrace % OPERATIONS.length]!);
    writer.string('kind', 'http-request-server');
    writer.string('status', sequence % 50 === 0 ? 'error' : 'success');
    writer.string('host', `vm-${sequence % 16}`);
    writer.integer('http.response.code', 200);
    writer.endContainer();
    writer.endEvent();
    this.#parentId = spanId;
  }
}
