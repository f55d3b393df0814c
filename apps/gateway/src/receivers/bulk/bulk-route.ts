import { HerculesError } from '@hercules/protocol';
import type { MethodCounters } from '../../intake-counters.ts';
import { retryAfterSeconds } from '../../retry-after.ts';
import { deliverBatches, repeatable } from '../door/deliver-batches.ts';
import { EventBudget } from '../door/event-budget.ts';
import { type CollectorLimits, EventCollector } from '../door/event-collector.ts';
import type { DoorAnswer, DoorRequest, HttpDoorRoute } from '../door/http-door.ts';
import { JsonTape } from '../door/json-tape.ts';
import { RequestIds } from '../door/request-ids.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import { eachBulkItem } from './bulk-body.ts';
import { BulkItems } from './bulk-items.ts';
import type { BulkConfig } from './config.ts';
import { DocumentEvents } from './document-events.ts';
import { elasticError, elasticStatus } from './elastic-error.ts';
import { elasticAnswer } from './greetings.ts';
import type { IndexRules } from './index-rules.ts';

/** As deep as events go by default, less the levels that a mapping may add. */
const MAX_DOCUMENT_DEPTH = 60;

export type BulkOptions = Pick<BulkConfig, 'maxEventsBytes' | 'maxAgeDays' | 'maxAheadDays'> & CollectorLimits;

/** How the path of a request names its index and, for a single document, its id. */
export interface BulkTarget {
  readonly isBulk: boolean;
  readonly index: string | undefined;
  readonly id: string | undefined;
}

/** Documents as Elasticsearch takes them: many by `_bulk`, one by `_doc` or `_create`. Item by item they are taken or refused. */
export class BulkRoute implements HttpDoorRoute {
  readonly counters: MethodCounters;
  readonly #intake: ReceiverParts['intake'];
  readonly #rules: IndexRules;
  readonly #options: BulkOptions;
  /** Documents are read one after another, so one serves all requests. */
  readonly #tape = new JsonTape(MAX_DOCUMENT_DEPTH, 'The document', 'INVALID_EVENT');
  readonly #targetOf: (path: string) => BulkTarget;

  constructor(
    intake: ReceiverParts['intake'],
    rules: IndexRules,
    options: BulkOptions,
    counters: MethodCounters,
    targetOf: (path: string) => BulkTarget,
  ) {
    this.#intake = intake;
    this.#rules = rules;
    this.#options = options;
    this.counters = counters;
    this.#targetOf = targetOf;
  }

  async handle(request: DoorRequest): Promise<DoorAnswer> {
    const startedMs = performance.now();
    const target = this.#targetOf(request.path);
    const items = new BulkItems();
    const collector = new EventCollector(request.key, this.#options);
    this.#read(request, target, collector, items);
    const outcomes = await deliverBatches(this.#intake, collector.batches(), () => request.isAbandoned);
    // Shippers repeat the whole request then, and its events have the same ids again.
    for (const { error } of outcomes) if (error !== undefined) throw repeatable(error);
    if (items.refused > 0) this.counters.refusedItems('INVALID_EVENT', items.refused);
    return target.isBulk ? elasticAnswer(200, items.toJson(performance.now() - startedMs)) : singleAnswer(items);
  }

  refuse(error: HerculesError): DoorAnswer {
    const status = elasticStatus(error);
    const cause = elasticError(error);
    const body = JSON.stringify({ error: { root_cause: [cause], ...cause }, status });
    return elasticAnswer(status, body, error.retryable ? { 'Retry-After': retryAfterSeconds(error) } : {});
  }

  #read(request: DoorRequest, { index, id, isBulk }: BulkTarget, collector: EventCollector, items: BulkItems): void {
    const { body } = request;
    const limits = { ...this.#options, budget: new EventBudget(this.#options.maxEventsBytes, (bytes) => request.admit(bytes)) };
    const events = new DocumentEvents(this.#tape, this.#rules, collector, new RequestIds(body), limits, items);
    if (isBulk) {
      eachBulkItem(body, (action, start, end) => events.add(action, index, body, start, end));
      if (items.count === 0) throw new HerculesError('INVALID_ARGUMENT', 'The request holds no action');
      return;
    }
    events.add({ name: 'index', index, id }, index, body, 0, body.length);
  }
}

function singleAnswer(items: BulkItems): DoorAnswer {
  const { status, body } = items.single();
  return elasticAnswer(status, body);
}
