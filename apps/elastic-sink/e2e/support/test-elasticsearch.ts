/** A document with its id, as a search finds it. */
export interface FoundDocument {
  readonly _index: string;
  readonly _id: string;
  readonly _source: Readonly<Record<string, unknown>>;
}

/** The real Elasticsearch of the tests, asked by plain HTTP so that what is tested is not also what the tests rely on. */
export class TestElasticsearch {
  readonly url = process.env['HERCULES_TEST_ELASTICSEARCH'] ?? 'http://127.0.0.1:9200';

  /** @throws Error with the answer unless it is a success or one of `allowed` */
  async request(method: string, path: string, body?: unknown, allowed: readonly number[] = []): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok && !allowed.includes(response.status)) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as unknown;
  }

  /** Everything in the indexes of a pattern, in the order of `@timestamp`. */
  async documents(indexes: string): Promise<FoundDocument[]> {
    await this.request('POST', `/${indexes}/_refresh`);
    const found = (await this.request('POST', `/${indexes}/_search`, {
      size: 10_000,
      sort: [{ '@timestamp': { order: 'asc', unmapped_type: 'date_nanos' } }],
    })) as { hits: { hits: FoundDocument[] } };
    return found.hits.hits;
  }

  async count(indexes: string): Promise<number> {
    await this.request('POST', `/${indexes}/_refresh`);
    return ((await this.request('GET', `/${indexes}/_count`)) as { count: number }).count;
  }

  async indexes(prefix: string): Promise<string[]> {
    return Object.keys((await this.request('GET', `/${prefix}*/_settings`)) as object).sort();
  }

  /** Deletes the indexes and the template of a prefix. */
  async clean(prefix: string, template: string): Promise<void> {
    for (const index of await this.indexes(prefix)) await this.request('DELETE', `/${index}`);
    await this.request('DELETE', `/_index_template/${template}`, undefined, [404]);
  }
}
