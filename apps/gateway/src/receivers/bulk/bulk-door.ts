import type { MethodCounters } from '../../intake-counters.ts';
import type { HttpDoor, HttpDoorRoute } from '../door/http-door.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import { type BulkOptions, BulkRoute, type BulkTarget } from './bulk-route.ts';
import type { BulkConfig } from './config.ts';
import { GreetingRoute, greetings } from './greetings.ts';
import { IndexRules } from './index-rules.ts';

/** `/_bulk`, `/{index}/_bulk`, and with a type between them, as old clients write it. */
const BULK = /^(?:\/([^/]+)(?:\/[^/]+)?)?\/_bulk\/?$/;
/** `/{index}/_doc`, `/{index}/_doc/{id}`, `/{index}/_create/{id}`. */
const DOCUMENT = /^\/([^/]+)\/_(?:doc|create)(?:\/([^/]*))?$/;

/**
 * The part of Elasticsearch that log shippers write to (apis §8): `_bulk` and single documents, and answers to what they ask before. Documents become events of
 * the stream that a rule names for their index.
 */
export class BulkDoor implements HttpDoor {
  readonly #bulk: HttpDoorRoute;
  readonly #document: HttpDoorRoute;
  readonly #greetings: ReadonlyMap<string, HttpDoorRoute>;

  /** @throws HerculesError BAD_CONFIG for a mapping file that cannot be used */
  constructor(
    intake: ReceiverParts['intake'],
    config: BulkConfig & Pick<BulkOptions, 'maxEventSizeBytes'>,
    counters: (method: string) => MethodCounters,
  ) {
    const rules = new IndexRules(config.indices);
    this.#bulk = new BulkRoute(intake, rules, config, counters('bulk'), bulkTarget);
    this.#document = new BulkRoute(intake, rules, config, counters('document'), documentTarget);
    const asked = counters('greeting');
    this.#greetings = new Map([...greetings(config.version)].map(([path, body]) => [path, new GreetingRoute(body, asked)]));
  }

  route(method: string, path: string): HttpDoorRoute | undefined {
    if (method === 'GET' || method === 'HEAD') return this.#greetings.get(path);
    if (method !== 'POST' && method !== 'PUT') return undefined;
    if (BULK.test(path)) return this.#bulk;
    return DOCUMENT.test(path) ? this.#document : undefined;
  }
}

function bulkTarget(path: string): BulkTarget {
  return { isBulk: true, index: decoded(BULK.exec(path)?.[1]), id: undefined };
}

function documentTarget(path: string): BulkTarget {
  const [, index, id] = DOCUMENT.exec(path)!;
  return { isBulk: false, index: decoded(index), id: id === '' ? undefined : decoded(id) };
}

/** A segment that is no valid percent-encoding stands for itself. */
function decoded(segment: string | undefined): string | undefined {
  if (segment === undefined) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
