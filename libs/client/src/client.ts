import { type EventWriter, HerculesError, TickClock, UuidV1Generator } from '@hercules/protocol/writing';
import { BatchSender, type SenderEvents } from './batch-sender.ts';
import { EndpointList } from './endpoint-list.ts';
import { EventQueue, eventBytesOf } from './event-queue.ts';
import { type Annotation, writeAnnotation } from './events/annotation.ts';
import { type LogEntry, writeLog } from './events/log-entry.ts';
import { type Metric, writeMetric } from './events/metric.ts';
import { type Span, writeSpan } from './events/span.ts';
import { ticksOf, type Time } from './events/time.ts';
import type { ClientStats, DefaultStreams, HerculesClientOptions } from './options.ts';
import { createTransport } from './transports/create-transport.ts';

const MEBIBYTE = 1024 * 1024;
const UUID_BYTES = 16;

/**
 * Sends events to Hercules. The methods for events only put them into a queue in memory; batches go to the gateways in the background, again and again until Kafka
 * has acknowledged them. Before a program ends it calls {@link close}.
 */
export class HerculesClient {
  readonly #options: HerculesClientOptions;
  readonly #streams: DefaultStreams;
  readonly #queue: EventQueue;
  readonly #sender: BatchSender;
  readonly #endpoints: EndpointList;
  readonly #clock = new TickClock();
  readonly #ids = new UuidV1Generator();
  readonly #uuid = Buffer.alloc(UUID_BYTES);
  readonly #maxQueuedBytes: number;
  readonly #maxEventBytes: number;
  readonly #maxInFlight: number;
  readonly #abort = new AbortController();
  readonly #stats = { queued: 0, acknowledged: 0, dropped: 0, invalid: 0, lost: 0, retries: 0 };
  /** What becomes of batches of the queue. */
  readonly #told: SenderEvents = {
    onAcknowledged: (events) => (this.#stats.acknowledged += events),
    onLost: (stream, events, error) => {
      this.#stats.lost += events;
      this.#options.onLost?.({ stream, events, error });
    },
    onRetry: () => this.#stats.retries++,
  };
  /** With the number of its batch: batches are counted as they are taken from the queue. */
  readonly #underWay = new Map<Promise<void>, number>();
  #taken = 0;
  #bytesUnderWay = 0;
  #roomWaiters: (() => void)[] = [];
  #isClosed = false;

  /** @throws HerculesError BAD_CONFIG for endpoints that are none, or for gRPC without its package */
  constructor(options: HerculesClientOptions) {
    this.#options = options;
    this.#streams = options.streams ?? {};
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 64 * MEBIBYTE;
    this.#maxEventBytes = options.maxEventBytes ?? 500_000;
    this.#maxInFlight = options.maxRequestsInFlight ?? 4;
    if (options.endpoints.length === 0) throw new HerculesError('BAD_CONFIG', 'A client needs at least one endpoint');
    const transports = options.endpoints.map((endpoint) => createTransport(endpoint, options, this.#maxInFlight));
    this.#endpoints = new EndpointList(transports, options.greyListMs ?? 10_000);
    const { requestTimeoutMs = 30_000, retryForMs = Number.POSITIVE_INFINITY, firstRetryMs = 100 } = options;
    this.#sender = new BatchSender(this.#endpoints, { requestTimeoutMs, retryForMs, firstRetryMs });
    const { maxBatchBytes = MEBIBYTE, maxBatchEvents = 10_000, lingerMs = 50 } = options;
    this.#queue = new EventQueue({ maxBatchBytes, maxBatchEvents, lingerMs }, () => this.#pump());
  }

  get stats(): ClientStats {
    return { ...this.#stats, queuedBytes: this.#queuedBytes };
  }

  /** @returns false: see {@link HerculesClientOptions.onFull} */
  log(entry: LogEntry, stream = this.#streams.logs): boolean {
    return this.event(stream, (writer) => writeLog(writer, entry), entry.timestamp);
  }

  /** @returns false: see {@link HerculesClientOptions.onFull} */
  metric(metric: Metric, stream = this.#streams.metrics): boolean {
    return this.event(stream, (writer) => writeMetric(writer, metric), metric.timestamp);
  }

  /** @returns false: see {@link HerculesClientOptions.onFull} */
  span(span: Span, stream = this.#streams.spans): boolean {
    return this.event(stream, (writer) => writeSpan(writer, span), span.end);
  }

  /** @returns false: see {@link HerculesClientOptions.onFull} */
  annotation(annotation: Annotation, stream = this.#streams.annotations): boolean {
    return this.event(stream, (writer) => writeAnnotation(writer, annotation), annotation.timestamp);
  }

  /**
   * Takes any event.
   * @param write writes its tags, one by one
   * @param time of the event; now unless given, on a clock that strictly grows
   * @returns false: see {@link HerculesClientOptions.onFull}; also for an event that cannot be: it is counted as invalid, and told to `onLost`
   */
  event(stream: string | undefined, write: (writer: EventWriter) => void, time?: Time): boolean {
    if (this.#isClosed) return this.#refuse(new HerculesError('SHUTTING_DOWN', 'The client is closed'));
    if (stream === undefined) return this.#refuse(new HerculesError('INVALID_ARGUMENT', 'Neither the call nor the options name a stream'));
    const isFull = this.#queuedBytes >= this.#maxQueuedBytes;
    if (isFull && (this.#options.onFull !== 'wait' || this.#queuedBytes >= 2 * this.#maxQueuedBytes)) {
      this.#stats.dropped++;
      return false;
    }
    const open = this.#queue.begin(stream);
    const { writer } = open;
    try {
      this.#ids.nextInto(this.#uuid, 0);
      writer.beginEvent(time === undefined ? this.#clock.now() : ticksOf(time), this.#uuid);
      write(writer);
      this.#checkSize(this.#queue.eventBytes(open));
      writer.endEvent();
    } catch (error) {
      this.#queue.discarded(open);
      return this.#refuse(asHerculesError(error), stream);
    }
    this.#stats.queued++;
    this.#queue.added(open);
    return this.#options.onFull !== 'wait' || this.#queuedBytes < this.#maxQueuedBytes;
  }

  /**
   * Sends one batch in the binary format (protocol §6), past the queue.
   * @param signal gives it up
   * @throws HerculesError when a gateway refuses any of its events, or it was given up after `retryForMs`
   */
  async sendBatch(stream: string, bytes: Buffer, signal?: AbortSignal): Promise<void> {
    const events = bytes.length >= 4 ? bytes.readInt32BE(0) : 0;
    let failure: HerculesError | undefined;
    const told: SenderEvents = {
      ...this.#told,
      onLost: (_stream, count, error) => {
        failure ??= error;
        this.#stats.lost += count;
      },
    };
    this.#stats.queued += events;
    const given = signal === undefined ? this.#abort.signal : AbortSignal.any([signal, this.#abort.signal]);
    await this.#sender.send({ stream, bytes, events, starts: undefined }, told, given);
    if (failure !== undefined) throw failure;
  }

  /** Resolves when there is room in the queue. */
  async room(): Promise<void> {
    while (this.#queuedBytes >= this.#maxQueuedBytes && !this.#isClosed) {
      this.#queue.flush();
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
  }

  /** Resolves when everything that was taken before is acknowledged, or lost. */
  async flush(): Promise<void> {
    this.#queue.flush();
    const last = this.#queue.sealed;
    const isBefore = (number: number): boolean => number <= last;
    while (this.#taken < last || [...this.#underWay.values()].some(isBefore)) await Promise.race(this.#underWay.keys());
  }

  /** Takes no more events and flushes. @param timeoutMs what is not acknowledged then is lost and told to `onLost`; 10 000 */
  async close(timeoutMs = 10_000): Promise<void> {
    this.#isClosed = true;
    const timer = setTimeout(() => this.#abort.abort(), timeoutMs);
    await this.flush();
    clearTimeout(timer);
    this.#endpoints.close();
    this.#wakeWaiters();
  }

  get #queuedBytes(): number {
    return this.#queue.bytes + this.#bytesUnderWay;
  }

  #pump(): void {
    while (this.#underWay.size < this.#maxInFlight) {
      const batch = this.#queue.take();
      if (batch === undefined) return;
      const bytes = eventBytesOf(batch);
      this.#bytesUnderWay += bytes;
      const sent = this.#sender.send(batch, this.#told, this.#abort.signal).finally(() => {
        this.#bytesUnderWay -= bytes;
        this.#underWay.delete(sent);
        this.#wakeWaiters();
        this.#pump();
      });
      this.#underWay.set(sent, ++this.#taken);
    }
  }

  #wakeWaiters(): void {
    if (this.#queuedBytes >= this.#maxQueuedBytes && !this.#isClosed) return;
    for (const wake of this.#roomWaiters.splice(0)) wake();
  }

  #checkSize(bytes: number): void {
    if (bytes <= this.#maxEventBytes) return;
    throw new HerculesError('INVALID_EVENT', `The event takes ${bytes} bytes; at most ${this.#maxEventBytes} are allowed`);
  }

  #refuse(error: HerculesError, stream?: string): false {
    this.#stats.invalid++;
    this.#options.onLost?.({ stream, events: 1, error });
    return false;
  }
}

function asHerculesError(error: unknown): HerculesError {
  if (error instanceof HerculesError) return error;
  return new HerculesError('INVALID_EVENT', `The event cannot be made: ${String(error)}`, { cause: error });
}
