import type { BufferPool } from '../../buffer-pool.ts';
import type { MethodCounters } from '../../intake-counters.ts';
import { deliverBatches, repeatable } from '../door/deliver-batches.ts';
import type { ReceivedRequest } from '../door/received-request.ts';
import { RequestIds } from '../door/request-ids.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import { EventBuffer } from './event-buffer.ts';
import { ExportRequest } from './export-request.ts';
import { TickHalves } from './nanoseconds.ts';
import { RejectedItems } from './rejected-items.ts';
import type { SignalConverter } from './signal-converter.ts';

export interface ExportSettings {
  readonly defaultStream: string;
  readonly streamAttribute: string;
  /** Longest encoding of all events of a request. */
  readonly maxEventsBytes: number;
}

/** The binary format needs about this many times the bytes of protobuf, until it is known better. */
const FIRST_GROWTH = 2;
/** How much the last request counts in what is expected of the next one, and what is added for those that are a little longer. */
const LAST_SHARE = 0.1;
const SPARE = 1.05;
const SMALLEST_BUFFER = 16_384;

/** Export of one signal: request bytes to events, events to Kafka, and what was rejected. gRPC and HTTP share it. */
export class OtlpExport {
  readonly #parts: Pick<ReceiverParts, 'intake' | 'buffers'>;
  readonly #converter: SignalConverter;
  readonly #settings: ExportSettings;
  readonly #streamAttribute: Buffer;
  readonly #now = new TickHalves();
  #growth = FIRST_GROWTH;

  constructor(parts: Pick<ReceiverParts, 'intake' | 'buffers'>, converter: SignalConverter, settings: ExportSettings) {
    this.#parts = parts;
    this.#converter = converter;
    this.#settings = settings;
    this.#streamAttribute = Buffer.from(settings.streamAttribute);
  }

  /**
   * @param body the request in protobuf
   * @returns what was rejected, after Kafka has acknowledged everything else
   * @throws HerculesError when the request is refused as a whole; retryable when any part of it is worth a retry: events that Kafka has already come again
   * under the same ids
   */
  async run(request: ReceivedRequest, body: Buffer, counters: MethodCounters): Promise<RejectedItems> {
    const { intake, buffers } = this.#parts;
    const rejected = new RejectedItems();
    const exported = this.#convert(request, body, rejected, buffers);
    request.dropBody();
    const filled = [...exported.streams.values()].filter(({ out }) => out.count > 0);
    for (const { out } of exported.streams.values()) if (out.count === 0) out.free();
    if (filled.length === 0 && exported.defaultRefusal !== undefined) throw exported.defaultRefusal;
    const batches = filled.map(({ route, out }) => ({ route, batch: out.batch(), bounds: out.bounds, onTaken: () => out.free() }));
    const outcomes = await deliverBatches(intake, batches, () => request.isAbandoned);
    const failure = outcomes.find(({ error }) => error !== undefined && repeatable(error).retryable)?.error;
    if (failure !== undefined) throw repeatable(failure);
    for (const [i, { error }] of outcomes.entries()) if (error !== undefined) rejected.add(filled[i]!.items, error);
    for (const [code, count] of rejected.byCode) counters.refusedItems(code, count);
    return rejected;
  }

  /** A buffer that grows is copied, and one that is too large is memory that others could use. */
  #learn(bodyBytes: number, { streams }: ExportRequest): void {
    if (streams.size !== 1) return;
    for (const { out } of streams.values()) {
      if (out.count > 0) this.#growth += LAST_SHARE * (out.length / bodyBytes - this.#growth);
    }
  }

  #convert(request: ReceivedRequest, body: Buffer, rejected: RejectedItems, buffers: BufferPool): ExportRequest {
    const { defaultStream, maxEventsBytes } = this.#settings;
    this.#now.setMs(Date.now());
    const expected = Math.max(SMALLEST_BUFFER, Math.ceil(body.length * this.#growth * SPARE));
    const exported = new ExportRequest({
      converter: this.#converter,
      key: request.key,
      ids: new RequestIds(body),
      now: this.#now,
      rejected,
      defaultStream,
      streamAttribute: this.#streamAttribute,
      openBuffer: () => new EventBuffer(buffers, expected, maxEventsBytes, (bytes) => request.admit(bytes)),
    });
    try {
      exported.read(body);
      this.#learn(body.length, exported);
      return exported;
    } catch (error) {
      for (const { out } of exported.streams.values()) out.free();
      throw error;
    }
  }
}
