import { type Client, errors } from '@elastic/elasticsearch';
import type { RecordBlock } from '@hercules/kafka';
import { BatchRefused, type SinkAdapter, type WriteReport } from '@hercules/sink';
import { BulkBatch, type BulkEncoder } from './bulk-batch.ts';
import { BULK_FILTER_PATH, type BulkResponse, readBulkResponse } from './bulk-response.ts';
import type { ErrorPolicy } from './error-types.ts';
import type { IndexCreator } from './index-creator.ts';

const BAD_REQUEST = 400;
const PAYLOAD_TOO_LARGE = 413;

export interface ElasticAdapterParts {
  readonly client: Client;
  readonly encoder: BulkEncoder;
  readonly policy: ErrorPolicy;
  /** Present when the sink may create indexes. */
  readonly indexCreator?: IndexCreator;
  /** What must be in place before the first document: the index template. */
  readonly prepare: () => Promise<void>;
}

/** Logs (or annotations) to Elasticsearch: records → one `_bulk` request → an outcome for each document. */
export class ElasticAdapter implements SinkAdapter<BulkBatch> {
  readonly #parts: ElasticAdapterParts;

  constructor(parts: ElasticAdapterParts) {
    this.#parts = parts;
  }

  prepare(): Promise<void> {
    return this.#parts.prepare();
  }

  createBatch(): BulkBatch {
    return new BulkBatch();
  }

  resetBatch(batch: BulkBatch): void {
    batch.reset();
  }

  batchBytes(batch: BulkBatch): number {
    return batch.body.length;
  }

  add(batch: BulkBatch, block: RecordBlock, index: number): boolean {
    return this.#parts.encoder.add(batch, block, index);
  }

  async write(batch: BulkBatch, signal: AbortSignal): Promise<WriteReport> {
    const response = await this.#send(batch, signal);
    const report = readBulkResponse(response, batch.indexes.length, this.#parts.policy);
    if (this.#parts.indexCreator !== undefined) {
      const missing = report.failures.filter(({ reason, outcome }) => outcome === 'retry' && reason === 'index_not_found_exception');
      for (const index of new Set(missing.map(({ item }) => batch.indexes[item]!))) await this.#parts.indexCreator.create(index);
    }
    return report;
  }

  async #send(batch: BulkBatch, signal: AbortSignal): Promise<BulkResponse> {
    try {
      return await this.#parts.client.transport.request<BulkResponse>(
        {
          method: 'POST',
          path: '/_bulk',
          querystring: { filter_path: BULK_FILTER_PATH },
          bulkBody: batch.body.bytes() as unknown as string,
        },
        { signal },
      );
    } catch (error) {
      if (error instanceof errors.ResponseError) {
        if (error.statusCode === PAYLOAD_TOO_LARGE) throw new BatchRefused('request_too_large', `Elasticsearch: ${error.message}`);
        if (error.statusCode === BAD_REQUEST) throw new BatchRefused('request_refused', `Elasticsearch: ${error.message}`);
      }
      throw error;
    }
  }
}
