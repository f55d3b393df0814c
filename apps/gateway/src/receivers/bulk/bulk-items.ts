import type { HerculesError } from '@hercules/protocol';
import type { BulkAction } from './bulk-body.ts';
import { type ElasticError, elasticError, elasticStatus } from './elastic-error.ts';

const CREATED = 201;

interface ItemAnswer {
  readonly status: number;
  readonly error?: ElasticError;
}

/** What the answer says about each item of a request, in their order. */
export class BulkItems {
  /** Items that were refused. */
  refused = 0;
  readonly #texts: string[] = [];

  get count(): number {
    return this.#texts.length;
  }

  /** @param id as the client sent it, or the uuid of the event */
  taken({ name }: BulkAction, index: string, id: string): void {
    const shards = '"_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1';
    const place = `"_index":${JSON.stringify(index)},"_id":${JSON.stringify(id)}`;
    this.#texts.push(`{"${name}":{${place},"_version":1,"result":"created",${shards},"status":${CREATED}}}`);
  }

  refuse({ name, id }: BulkAction, index: string | undefined, error: HerculesError): void {
    this.refused++;
    const answer = { _index: index ?? null, _id: id ?? null, status: elasticStatus(error), error: elasticError(error) };
    this.#texts.push(`{"${name}":${JSON.stringify(answer)}}`);
  }

  /** The answer to a request for one document. */
  single(): { readonly status: number; readonly body: string } {
    const [item] = Object.values(JSON.parse(this.#texts[0]!) as Record<string, ItemAnswer>);
    const { status, error, ...rest } = item!;
    const answer = error === undefined ? rest : { error: { root_cause: [error], ...error }, status };
    return { status, body: JSON.stringify(answer) };
  }

  /** @param tookMs from the request to the answer */
  toJson(tookMs: number): string {
    return `{"took":${Math.round(tookMs)},"errors":${this.refused > 0},"items":[${this.#texts.join(',')}]}`;
  }
}
