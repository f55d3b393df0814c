import {
  type ApiRequest,
  jsonAnswer,
  type Parameter,
  patternParameter,
  type Route,
  type RouteAnswer,
  textParameter,
} from '@hercules/http-api';
import { HerculesError } from '@hercules/protocol';
import type { TraceAccess } from '../tracing/trace-access.ts';
import { withHyphens } from '../tracing/trace-routes.ts';
import { dependencyLinks } from './dependency-links.ts';
import type { RecordedCalls } from './recorded-calls.ts';
import type { TraceIndex } from './trace-index.ts';
import { INTERVAL_PARAMETERS, QUERY_PARAMETERS, readInterval, readQuery } from './trace-query.ts';
import type { TraceSearch } from './trace-search.ts';

const BASE = '/zipkin/api/v2';
const TRACE_ID = /^[0-9a-fA-F]{1,32}$/;
const MOST_TRACE_IDS = 1000;

const serviceName = patternParameter('serviceName', /[^]+/, { expected: 'the name of a service', description: 'The service' });
const traceIds = patternParameter('traceIds', /[^]+/, {
  expected: 'ids of traces, joined by commas',
  description: 'Ids of traces, joined by commas',
});
const autocompleteKey = textParameter('key', { required: false, description: 'Name of a tag' });

export interface ZipkinParts {
  readonly index: TraceIndex;
  readonly search: TraceSearch;
  readonly calls: Pick<RecordedCalls, 'links'>;
  readonly maxTraces: number;
  readonly traceAccess: TraceAccess;
}

/** The read side of Zipkin's API v2, for its own page and for Grafana's data source. */
export function zipkinRoutes({ index, search, calls, maxTraces, traceAccess }: ZipkinParts): Route[] {
  const route = (
    path: string,
    summary: string,
    parameters: readonly Parameter<unknown>[],
    handle: (request: ApiRequest) => Promise<unknown>,
  ): Route => ({
    method: 'GET',
    path: `${BASE}/${path}`,
    tag: 'zipkin',
    summary,
    access: traceAccess.access,
    ...traceAccess.rights,
    parameters,
    answers: {
      200: { description: 'JSON' },
      400: { description: 'A parameter is missing or bad; the text says which, and what was expected' },
      408: { description: 'Cassandra did not answer in time' },
      503: { description: 'Cassandra is not available; try again later' },
    },
    async handle(request): Promise<RouteAnswer> {
      traceAccess.check(request);
      return jsonAnswer(await handle(request));
    },
  });
  return [
    route('services', 'Names of services', [], () => index.names('service')),
    route('spans', 'Names of the operations of a service', [serviceName], (request) =>
      index.names('operation', request.required(serviceName)),
    ),
    route('remoteServices', 'Names of services that a service has called', [serviceName], (request) =>
      index.names('remote', request.required(serviceName)),
    ),
    route('traces', 'Traces that match, newest first', QUERY_PARAMETERS, (request) => search.find(readQuery(request, maxTraces))),
    route('trace/:traceId', 'One trace', [], async (request) => {
      const id = traceIdOf(request.segment('traceId'));
      const trace = await search.trace(id);
      if (trace.length === 0) throw new HerculesError('NOT_FOUND', `There is no trace ${id.replaceAll('-', '')}`);
      return trace;
    }),
    route('traceMany', 'Several traces; those that there are not are left out', [traceIds], (request) => {
      const ids = [...new Set(request.required(traceIds).split(',').map(traceIdOf))];
      if (ids.length > MOST_TRACE_IDS) {
        throw new HerculesError(
          'INVALID_ARGUMENT',
          `Query parameter 'traceIds' is invalid: expected at most ${MOST_TRACE_IDS} ids, got ${ids.length}`,
        );
      }
      return search.traces(ids);
    }),
    route(
      'dependencies',
      'Who calls whom: as trace-analytics has counted it, or else from the newest traces of the interval',
      INTERVAL_PARAMETERS,
      async (request) => {
        const { endTs, lookback } = readInterval(request);
        const counted = await calls.links(endTs - lookback, endTs);
        return counted ?? dependencyLinks(await search.find({ endTs, lookback, annotations: [], limit: maxTraces }));
      },
    ),
    route('autocompleteKeys', 'Tags whose values are suggested: none', [], () => Promise.resolve([])),
    route('autocompleteValues', 'Suggested values of a tag: none', [autocompleteKey], () => Promise.resolve([])),
  ];
}

/** Ids of 64 bits stand for ids of 128 bits with zeros before them. Throws INVALID_ARGUMENT. */
function traceIdOf(text: string): string {
  const hex = text.trim().replaceAll('-', '');
  if (TRACE_ID.test(hex)) return withHyphens(hex.padStart(32, '0'));
  throw new HerculesError('INVALID_ARGUMENT', `expected an id of a trace, at most 32 hex digits, got ${JSON.stringify(text.slice(0, 80))}`);
}
