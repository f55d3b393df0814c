import { EventWriter, TickClock, UuidV1Generator } from '@hercules/protocol';

const SERIES = 500;

/** Metric events as an application sends them: project, environment, application, host, name and unit of a timer, and a value. */
export class MetricEventSource {
  readonly #writer = new EventWriter();
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  readonly #aggregation: string | undefined;
  #sequence = 0;

  /** @param aggregation an aggregationType, for events that are aggregated by buckets of 10 s */
  constructor(aggregation?: string) {
    this.#aggregation = aggregation;
  }

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
    writer.double('value', (sequence % 100_000) / 7);
    writer.beginVector('tags', 'container');
    this.#tag('project', 'bench');
    this.#tag('environment', 'staging');
    this.#tag('application', 'orders-api');
    this.#tag('host', `vm-orders-${sequence % 16}`);
    this.#tag('_name', `http.requests.route${sequence % SERIES}.p99`);
    this.#tag('unit', 'ms');
    writer.endVector();
    if (this.#aggregation !== undefined) {
      writer.string('aggregationType', this.#aggregation);
      writer.beginContainer('aggregationParameters');
      writer.string('period', '10s');
      writer.endContainer();
    }
    writer.endEvent();
  }

  #tag(key: string, value: string): void {
    this.#writer.beginContainer(null);
    this.#writer.string('key', key);
    this.#writer.string('value', value);
    this.#writer.endContainer();
  }
}
