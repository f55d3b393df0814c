import type { createCassandraClient } from '@hercules/cassandra';
import type { Stored } from './stored-once.ts';

type CassandraClient = ReturnType<typeof createCassandraClient>;

/** Every span that Cassandra has, as `<trace id>/<span id>`. */
export function storedSpans(client: CassandraClient): Promise<Stored> {
  return countedIds(client, 'SELECT trace_id, span_id FROM hercules_tracing.tracing_spans');
}

/** How often each span stands among those of its service: once, or a search would show it twice. */
export function indexedSpans(client: CassandraClient): Promise<Stored> {
  return countedIds(client, "SELECT trace_id, span_id FROM hercules_tracing.tracing_index WHERE operation = '' ALLOW FILTERING");
}

async function countedIds(client: CassandraClient, query: string): Promise<Stored> {
  const counted = new Map<string, number>();
  // Iterating a result fetches its further pages.
  for await (const row of await client.execute(query, [], { prepare: true, fetchSize: 5000 })) {
    const key = `${String(row['trace_id'])}/${String(row['span_id'])}`;
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  return counted;
}
