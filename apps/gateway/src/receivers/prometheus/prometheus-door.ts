import type { IncomingHttpHeaders } from 'node:http';
import type { HerculesError } from '@hercules/protocol';
import { decompressSnappyBlock } from '@hercules/protocol';
import type { MethodCounters } from '../../intake-counters.ts';
import { deliverBatches, throwFailure } from '../door/deliver-batches.ts';
import { EventBudget } from '../door/event-budget.ts';
import { type CollectorLimits, EventCollector } from '../door/event-collector.ts';
import type { DoorAnswer, DoorRequest, HttpDoor, HttpDoorRoute } from '../door/http-door.ts';
import { RequestIds } from '../door/request-ids.ts';
import { PLAIN_TEXT, textRefusal } from '../door/text-refusal.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import type { PrometheusConfig } from './config.ts';
import { checkContentEncoding, type MessageType, messageTypeOf } from './message-type.ts';
import { MetricEvents } from './metric-events.ts';
import { type ItemCounts, WriteRequest } from './write-request.ts';

/** The path that Prometheus' own receiver has, and the one of Mimir and others. */
const PATHS = new Set(['/api/v1/write', '/api/v1/push']);
const NOTHING: ItemCounts = { samples: 0, histograms: 0, exemplars: 0 };

/** Samples that were taken and make no event, because they say that there is no value. */
export interface ValuelessSamples {
  stale: number;
  nan: number;
}

export interface PrometheusDoorOptions extends Omit<PrometheusConfig, 'enabled'>, CollectorLimits {
  /** Longest body when unpacked. */
  readonly maxUnpackedBytes: number;
}

/** Prometheus remote write, 1.0 and 2.0: `POST /api/v1/write`. */
export class PrometheusDoor implements HttpDoor, HttpDoorRoute {
  readonly counters: MethodCounters;
  readonly takesPacked = true;
  readonly valueless: ValuelessSamples = { stale: 0, nan: 0 };
  readonly #intake: ReceiverParts['intake'];
  readonly #options: PrometheusDoorOptions;

  constructor(intake: ReceiverParts['intake'], options: PrometheusDoorOptions, counters: MethodCounters) {
    this.#intake = intake;
    this.#options = options;
    this.counters = counters;
  }

  route(method: string, path: string): HttpDoorRoute | undefined {
    return method === 'POST' && PATHS.has(path) ? this : undefined;
  }

  async handle(request: DoorRequest): Promise<DoorAnswer> {
    const type = messageTypeOf(request.headers['content-type']);
    checkContentEncoding(request.headers['content-encoding']);
    const { stream } = this.#options;
    const access = request.key.stream(stream);
    const refusal = access.rightRefusal ?? access.streamRefusal;
    if (refusal !== undefined) throw refusal;

    const collector = new EventCollector(request.key, this.#options);
    const message = this.#read(type, request, collector);
    throwFailure(await deliverBatches(this.#intake, collector.batches(), () => request.isAbandoned));
    this.valueless.stale += message.staleMarkers;
    this.valueless.nan += message.nanSamples;
    return this.#answer(type, message);
  }

  /**
   * 503 for what may pass: Prometheus repeats after 5xx and gives up after 4xx, after 429 too unless it was told otherwise.
   */
  refuse(error: HerculesError, headers: IncomingHttpHeaders): DoorAnswer {
    return textRefusal(error, writtenHeaders(typeIfKnown(headers['content-type']), NOTHING));
  }

  /** What is made here is not needed any more when it returns, but for the events: deciding about the memory is simple then. */
  #read(type: MessageType, request: DoorRequest, collector: EventCollector): WriteRequest {
    const { maxUnpackedBytes, stream, maxEventsBytes } = this.#options;
    const body = decompressSnappyBlock(request.body, maxUnpackedBytes);
    request.admit(body.length - request.body.length);
    const budget = new EventBudget(maxEventsBytes, (bytes) => request.admit(bytes));
    const events = new MetricEvents(collector, stream, new RequestIds(body), budget);
    const message = new WriteRequest(type, body, events, this.#options);
    message.read();
    return message;
  }

  /** 2.0, "Partial Write": the good items are written, and the answer is 400 all the same. */
  #answer(type: MessageType, { taken, refused }: WriteRequest): DoorAnswer {
    const headers = writtenHeaders(type, taken);
    if (refused.count === 0) return { status: 204, headers };
    this.counters.refusedItems('INVALID_EVENT', refused.count);
    const written = `${taken.samples} samples, ${taken.histograms} histograms and ${taken.exemplars} exemplars were written`;
    const body = `${refused.count} items were refused: ${refused.toString()}. ${written}.\n`;
    return { status: 400, contentType: PLAIN_TEXT, body, headers };
  }
}

/** The headers of 2.0; senders of 1.0 do not know them. */
function writtenHeaders(type: MessageType | undefined, { samples, histograms, exemplars }: ItemCounts): Record<string, string> {
  if (type !== 'v2') return {};
  return {
    'X-Prometheus-Remote-Write-Samples-Written': String(samples),
    'X-Prometheus-Remote-Write-Histograms-Written': String(histograms),
    'X-Prometheus-Remote-Write-Exemplars-Written': String(exemplars),
  };
}

function typeIfKnown(contentType: string | undefined): MessageType | undefined {
  try {
    return messageTypeOf(contentType);
  } catch {
    return undefined;
  }
}
