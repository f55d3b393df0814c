import type { BatchSource, LoadBatch } from './acknowledged-load.ts';
import { HttpPoster, type LoadTarget } from './http-poster.ts';

const RECORDS_PER_REQUEST = 20;
const NANOSECONDS_PER_MS = 1_000_000n;

/**
 * OTLP log records as JSON for `/v1/logs`, each found by its attribute `eventKey`. The ids of their events are made by the gateway from the request, so a request that
 * is repeated with the same bytes must not be seen twice.
 */
export class OtlpLogBatches implements BatchSource {
  readonly #poster: HttpPoster;
  readonly #stream: string;
  readonly #runId: string;
  #sequence = 0;

  /** @param runId a word that every record carries in the attribute `runId` */
  constructor(target: LoadTarget, runId: string) {
    this.#poster = new HttpPoster(target);
    this.#stream = target.stream;
    this.#runId = runId;
  }

  next(): LoadBatch {
    const keys = Array.from({ length: RECORDS_PER_REQUEST }, () => `${this.#runId}-${this.#sequence++}`);
    const body = Buffer.from(JSON.stringify(this.#request(keys)));
    return { keys, send: () => this.#poster.post('/v1/logs', 'application/json', body) };
  }

  close(): void {
    this.#poster.close();
  }

  #request(keys: readonly string[]): object {
    const timeUnixNano = String(BigInt(Date.now()) * NANOSECONDS_PER_MS);
    const logRecords = keys.map((key) => ({
      timeUnixNano,
      severityNumber: 9,
      body: { stringValue: `record ${key}` },
      attributes: [attribute('runId', this.#runId), attribute('eventKey', key)],
    }));
    const resource = {
      attributes: [attribute('service.name', 'integrity'), attribute('project', 'integrity'), attribute('hercules.stream', this.#stream)],
    };
    return { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] };
  }
}

function attribute(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}
