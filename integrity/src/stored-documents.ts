import type { Client } from '@elastic/elasticsearch';

/**
 * Ids of all documents of a run, over all indices, with how often each is there. An id is unique inside an index only, so counting over all of them shows
 * an event that was stored twice.
 * @param keyField the field to count by in place of the id
 */
export async function storedDocuments(client: Client, runId: string, keyField?: string): Promise<Map<string, number>> {
  await client.indices.refresh({ index: 'hercules-logs-*', ignore_unavailable: true });
  const found = new Map<string, number>();
  const pit = await client.openPointInTime({ index: 'hercules-logs-*', keep_alive: '1m', ignore_unavailable: true });
  let searchAfter: (string | number | boolean | null)[] | undefined;
  for (;;) {
    const page = await client.search({
      size: 5000,
      _source: keyField === undefined ? false : [keyField],
      query: { term: { runId } },
      pit: { id: pit.id, keep_alive: '1m' },
      sort: [{ _shard_doc: 'asc' }],
      track_total_hits: false,
      ...(searchAfter === undefined ? {} : { search_after: searchAfter }),
    });
    const { hits } = page.hits;
    for (const { _id: id, _source: source } of hits) {
      const key = keyField === undefined ? id! : String((source as Record<string, unknown>)[keyField]);
      found.set(key, (found.get(key) ?? 0) + 1);
    }
    if (hits.length === 0) break;
    searchAfter = hits.at(-1)!.sort as typeof searchAfter;
  }
  await client.closePointInTime({ id: pit.id });
  return found;
}
