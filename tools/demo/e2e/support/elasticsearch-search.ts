import { SERVERS } from './whole-path.ts';

export interface SearchAnswer {
  readonly hits: {
    readonly total: { readonly value: number };
    readonly hits: readonly { readonly _source: Readonly<Record<string, unknown>>; readonly sort?: readonly unknown[] }[];
  };
  readonly aggregations?: Readonly<Record<string, { readonly buckets: readonly { readonly key: string; readonly doc_count: number }[] }>>;
}

const RANGE_MS = 3_600_000;

/** The filter that Grafana makes of a query's text and the dashboard's time range. */
function filterOf(query: string): object {
  const [from, to] = [Date.now() - RANGE_MS, Date.now() + RANGE_MS];
  return {
    bool: {
      filter: [
        { range: { '@timestamp': { gte: from, lte: to, format: 'epoch_millis' } } },
        { query_string: { analyze_wildcard: true, query } },
      ],
    },
  };
}

/** The newest documents, as Grafana's panels for logs and raw data ask for them. */
export function searchDocuments(index: string, query: string, size: number): Promise<SearchAnswer> {
  return multiSearch(index, {
    size,
    query: filterOf(query),
    sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'boolean' } }, { _doc: { order: 'desc' } }],
    script_fields: {},
    docvalue_fields: [{ field: '@timestamp' }],
    highlight: { fields: { '*': {} }, pre_tags: ['@HIGHLIGHT@'], post_tags: ['@/HIGHLIGHT@'], fragment_size: 2_147_483_647 },
  });
}

/** How many documents there are of each value of a field in each ten seconds, as Grafana's graphs ask for it. */
export function countByField(index: string, query: string, field: string): Promise<SearchAnswer> {
  const [from, to] = [Date.now() - RANGE_MS, Date.now() + RANGE_MS];
  const histogram = {
    field: '@timestamp',
    fixed_interval: '10s',
    min_doc_count: 0,
    extended_bounds: { min: from, max: to },
    format: 'epoch_millis',
  };
  return multiSearch(index, {
    size: 0,
    query: filterOf(query),
    aggs: {
      2: { terms: { field, size: 10, order: { _count: 'desc' }, min_doc_count: 1 }, aggs: { 3: { date_histogram: histogram } } },
    },
  });
}

async function multiSearch(index: string, search: object): Promise<SearchAnswer> {
  const header = { search_type: 'query_then_fetch', ignore_unavailable: true, index };
  const response = await fetch(`${SERVERS.elasticsearch}/_msearch?max_concurrent_shard_requests=5`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${JSON.stringify(header)}\n${JSON.stringify(search)}\n`,
  });
  const text = await response.text();
  const answer = (JSON.parse(text) as { responses?: readonly (SearchAnswer & { readonly error?: unknown })[] }).responses?.[0];
  if (answer === undefined || answer.error !== undefined) throw new Error(`${JSON.stringify(search)}: ${text.slice(0, 1000)}`);
  return answer;
}
