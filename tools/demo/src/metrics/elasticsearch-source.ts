import type { MetricSample, MetricSource } from './metric-sample.ts';

const TIMEOUT_MS = 5000;

interface NodesStats {
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly jvm: { readonly mem: { readonly heap_used_in_bytes: number; readonly heap_max_in_bytes: number } };
        readonly process: { readonly cpu: { readonly total_in_millis: number }; readonly open_file_descriptors: number };
        readonly indices: {
          readonly docs: { readonly count: number };
          readonly store: { readonly size_in_bytes: number };
          readonly indexing: { readonly index_total: number; readonly index_time_in_millis: number };
          readonly search: { readonly query_total: number };
        };
      }
    >
  >;
}

/** What Elasticsearch tells about itself, all nodes together, under the names that an exporter for Prometheus would give it. */
export class ElasticsearchSource implements MetricSource {
  readonly application = 'elasticsearch';
  readonly instance: string;
  readonly #url: string;

  /** @param url base URL of any node */
  constructor(url: string) {
    this.instance = new URL(url).host;
    this.#url = `${url}/_nodes/stats/jvm,process,indices`;
  }

  async read(): Promise<readonly MetricSample[]> {
    const response = await fetch(this.#url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${this.#url}: ${response.status}`);
    const nodes = Object.values((JSON.parse(text) as NodesStats).nodes);
    const sum = (name: string, of: (node: (typeof nodes)[number]) => number): MetricSample => ({
      name,
      tags: [],
      value: nodes.reduce((total, node) => total + of(node), 0),
    });
    return [
      sum('process_cpu_seconds_total', ({ process }) => process.cpu.total_in_millis / 1000),
      sum('process_open_fds', ({ process }) => process.open_file_descriptors),
      sum('elasticsearch_heap_used_bytes', ({ jvm }) => jvm.mem.heap_used_in_bytes),
      sum('elasticsearch_heap_max_bytes', ({ jvm }) => jvm.mem.heap_max_in_bytes),
      sum('elasticsearch_documents', ({ indices }) => indices.docs.count),
      sum('elasticsearch_store_bytes', ({ indices }) => indices.store.size_in_bytes),
      sum('elasticsearch_indexed_documents_total', ({ indices }) => indices.indexing.index_total),
      sum('elasticsearch_indexing_seconds_total', ({ indices }) => indices.indexing.index_time_in_millis / 1000),
      sum('elasticsearch_queries_total', ({ indices }) => indices.search.query_total),
    ];
  }
}
