import type { MethodCounters } from '../../intake-counters.ts';
import type { DoorAnswer, HttpDoorRoute } from '../door/http-door.ts';

/** Clients of Elasticsearch look for this before they believe anything. */
const PRODUCT = { 'X-Elastic-Product': 'Elasticsearch' };
const NAME = 'hercules';

export function elasticAnswer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): DoorAnswer {
  return { status, contentType: 'application/json', body, headers: { ...PRODUCT, ...headers } };
}

/** What shippers ask before they send: who is there, with which licence, and is it well. Needs no key. */
export class GreetingRoute implements HttpDoorRoute {
  readonly counters: MethodCounters;
  readonly isOpen = true;
  readonly #body: string;

  constructor(body: object, counters: MethodCounters) {
    this.#body = JSON.stringify(body);
    this.counters = counters;
  }

  handle(): Promise<DoorAnswer> {
    return Promise.resolve(elasticAnswer(200, this.#body));
  }

  refuse(): DoorAnswer {
    return elasticAnswer(503, '{}');
  }
}

/** Answers by the path of the question. @param version of Elasticsearch that clients are told */
export function greetings(version: string): ReadonlyMap<string, object> {
  return new Map<string, object>([
    [
      '/',
      {
        name: NAME,
        cluster_name: NAME,
        cluster_uuid: NAME,
        version: {
          number: version,
          build_flavor: 'default',
          build_type: 'docker',
          build_hash: NAME,
          build_date: '1970-01-01T00:00:00.000Z',
          build_snapshot: false,
          lucene_version: '9.12.0',
          minimum_wire_compatibility_version: '7.17.0',
          minimum_index_compatibility_version: '7.0.0',
        },
        tagline: 'You Know, for Search',
      },
    ],
    ['/_license', { license: { status: 'active', uid: NAME, type: 'basic' } }],
    ['/_xpack', { license: { status: 'active', uid: NAME, type: 'basic', mode: 'basic' }, features: {} }],
    [
      '/_cluster/health',
      { cluster_name: NAME, status: 'green', timed_out: false, number_of_nodes: 1, number_of_data_nodes: 1, active_shards: 0 },
    ],
  ]);
}
