import type { FastifyInstance } from 'fastify';

export interface RequestCount {
  readonly labels: { readonly path: string; readonly status: number };
  readonly value: number;
}

/** Counts answers by route and status. Unknown paths count as one, because anybody can make them up. */
export class RequestCounter {
  readonly #counts = new Map<string, number>();

  attach(app: FastifyInstance): void {
    app.addHook('onResponse', (request, reply, done) => {
      const key = `${request.routeOptions.url ?? 'unknown'} ${reply.statusCode}`;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
      done();
    });
  }

  *counts(): IterableIterator<RequestCount> {
    for (const [key, value] of this.#counts) {
      const [path, status] = key.split(' ') as [string, string];
      yield { labels: { path, status: Number(status) }, value };
    }
  }
}
