import { EventWriter, TickClock, UuidV1Generator } from '@hercules/protocol';

const MESSAGES = [
  'Order accepted for delivery',
  'Cart was emptied by its owner',
  'Payment of 1 299.00 EUR was authorised',
  'Stock level below the threshold',
];

/**
 * Binary log events of about 316 bytes with 10 tags, the shape that all figures speak of: time offset, level, message, template, and
 * properties with project, environment, application, host, trace id and a number.
 */
export class LogEventSource {
  readonly #writer = new EventWriter();
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
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
    writer.beginEvent(this.#clock.now(), this.#uuids.next());
    writer.long('utcOffset', 108_000_000_000n);
    writer.string('level', sequence % 50 === 0 ? 'Error' : 'Info');
    writer.string('message', `${MESSAGES[sequence % MESSAGES.length]!} in ${sequence % 1000} ms`);
    writer.string('messageTemplate', 'Something happened in {Elapsed} ms');
    writer.beginContainer('properties');
    writer.string('project', 'bench');
    writer.string('environment', 'staging');
    writer.string('application', 'orders-api');
    writer.string('host', `vm-orders-${sequence % 16}`);
    writer.string('traceId', '4bf92f3577b34da6a3ce929d0e0e4736');
    writer.long('elapsed', BigInt(sequence % 1000));
    writer.endContainer();
    writer.endEvent();
  }
}
