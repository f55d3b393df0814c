import { bulkDocuments } from './bulk-payloads.ts';
import { otlpLogs, otlpLogsJson, otlpSpans } from './otlp-payloads.ts';
import { prometheusSamples } from './prometheus-payloads.ts';
import { zipkinSpans } from './zipkin-payloads.ts';

/** A kind of request body that a door takes over HTTP or gRPC. */
export interface PayloadKind {
  readonly make: (events: number) => Buffer;
  readonly path: string;
  readonly contentType: string;
  readonly contentEncoding?: string;
}

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

/** The bodies of the doors' benches, by name. */
export const PAYLOAD_KINDS = {
  'otlp-logs': { make: otlpLogs, path: '/v1/logs', contentType: PROTOBUF },
  'otlp-spans': { make: otlpSpans, path: '/v1/traces', contentType: PROTOBUF },
  'otlp-logs-json': { make: otlpLogsJson, path: '/v1/logs', contentType: JSON_TYPE },
  'zipkin-spans': { make: zipkinSpans, path: '/api/v2/spans', contentType: JSON_TYPE },
  'bulk-documents': { make: bulkDocuments, path: '/_bulk', contentType: 'application/x-ndjson' },
  'prometheus-samples': { make: prometheusSamples, path: '/api/v1/write', contentType: PROTOBUF, contentEncoding: 'snappy' },
} as const satisfies Record<string, PayloadKind>;

export type PayloadName = keyof typeof PAYLOAD_KINDS;
