import type { IncomingHttpHeaders } from 'node:http';
import { HerculesError } from '@hercules/protocol';
import type { MethodCounters } from '../../intake-counters.ts';
import { retryAfterSeconds } from '../../retry-after.ts';
import type { DoorAnswer, DoorRequest, HttpDoorRoute } from '../door/http-door.ts';
import { rpcStatus } from '../grpc/grpc-status.ts';
import { exportResponse, exportResponseJson, rpcStatusJson } from './export-answer.ts';
import { JsonToProtobuf } from './json/json-to-protobuf.ts';
import { REQUEST_SCHEMAS } from './json/message-schemas.ts';
import type { OtlpExport } from './otlp-export.ts';
import type { OtlpSignal } from './otlp-signal.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const UNAVAILABLE = 503;
const TOO_MANY_REQUESTS = 429;

/** `POST /v1/logs`, `/v1/traces` or `/v1/metrics` (OTLP/HTTP), in protobuf or JSON; the answer has the type of the request. */
export class OtlpHttpRoute implements HttpDoorRoute {
  readonly counters: MethodCounters;
  readonly #signal: OtlpSignal;
  readonly #export: OtlpExport;
  readonly #json = new JsonToProtobuf();

  constructor(signal: OtlpSignal, otlpExport: OtlpExport, counters: MethodCounters) {
    this.#signal = signal;
    this.#export = otlpExport;
    this.counters = counters;
  }

  async handle(request: DoorRequest): Promise<DoorAnswer> {
    const type = mediaType(request.headers);
    if (type === PROTOBUF) {
      const rejected = await this.#export.run(request, request.body, this.counters);
      return { status: 200, contentType: PROTOBUF, body: exportResponse(rejected) };
    }
    if (type !== JSON_TYPE) {
      throw new HerculesError('UNSUPPORTED_ENCODING', `The Content-Type must be ${PROTOBUF} or ${JSON_TYPE}`);
    }
    // The export reads all of it before another request can be converted.
    const body = this.#json.convert(request.body, REQUEST_SCHEMAS[this.#signal]);
    const rejected = await this.#export.run(request, body, this.counters);
    return { status: 200, contentType: JSON_TYPE, body: exportResponseJson(rejected, this.#signal) };
  }

  /** Senders repeat a request after 429, 502, 503 and 504 only. */
  refuse(error: HerculesError, headers: IncomingHttpHeaders): DoorAnswer {
    const isJson = mediaType(headers) === JSON_TYPE;
    const answer = {
      contentType: isJson ? JSON_TYPE : PROTOBUF,
      body: isJson ? rpcStatusJson(error) : rpcStatus(error.grpcCode, error.message),
    };
    if (!error.retryable) return { status: error.httpStatus, ...answer };
    const status = error.code === 'THROTTLED' || error.code === 'QUOTA_EXCEEDED' ? TOO_MANY_REQUESTS : UNAVAILABLE;
    return { status, ...answer, headers: { 'Retry-After': retryAfterSeconds(error) } };
  }
}

function mediaType(headers: IncomingHttpHeaders): string | undefined {
  return headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase();
}
