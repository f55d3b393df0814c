import type { HerculesError } from '@hercules/protocol';
import type { MethodCounters } from '../../intake-counters.ts';
import { deliverBatches, throwFailure } from '../door/deliver-batches.ts';
import { type CollectorLimits, EventCollector, type StreamBatch } from '../door/event-collector.ts';
import type { DoorAnswer, DoorRequest, HttpDoor, HttpDoorRoute } from '../door/http-door.ts';
import { RequestIds } from '../door/request-ids.ts';
import { textRefusal } from '../door/text-refusal.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import { readJsonSpans } from './json-spans.ts';
import { readProtoSpans } from './proto-spans.ts';
import { writeSpanEvent } from './span-event.ts';

const PATH = '/api/v2/spans';
const ACCEPTED = 202;
/** What the spans of a body take as objects, by its bytes; measured with spans of 300 to 600 bytes. */
const OBJECTS_GROWTH = 4;

export interface ZipkinDoorOptions extends CollectorLimits {
  readonly stream: string;
}

/**
 * Zipkin v2: `POST /api/v2/spans`, JSON or protobuf, answered with 202 and no body. The protocol cannot say that a part was taken, so a request is all or
 * nothing: 400 says which span is wrong.
 */
export class ZipkinDoor implements HttpDoor, HttpDoorRoute {
  readonly counters: MethodCounters;
  readonly #intake: ReceiverParts['intake'];
  readonly #options: ZipkinDoorOptions;

  constructor(intake: ReceiverParts['intake'], options: ZipkinDoorOptions, counters: MethodCounters) {
    this.#intake = intake;
    this.#options = options;
    this.counters = counters;
  }

  route(method: string, path: string): HttpDoorRoute | undefined {
    return method === 'POST' && path === PATH ? this : undefined;
  }

  async handle(request: DoorRequest): Promise<DoorAnswer> {
    throwFailure(await deliverBatches(this.#intake, this.#read(request), () => request.isAbandoned));
    return { status: ACCEPTED };
  }

  refuse(error: HerculesError): DoorAnswer {
    return textRefusal(error);
  }

  #read(request: DoorRequest): StreamBatch[] {
    const { body, headers } = request;
    request.admit(body.length * OBJECTS_GROWTH);
    const isProtobuf = headers['content-type']?.includes('protobuf') === true;
    const spans = isProtobuf ? readProtoSpans(body) : readJsonSpans(body);
    const ids = new RequestIds(body);
    const collector = new EventCollector(request.key, this.#options);
    for (const [i, span] of spans.entries()) writeSpanEvent(collector, this.#options.stream, i, ids.uuid(i), span);
    return collector.batches();
  }
}
