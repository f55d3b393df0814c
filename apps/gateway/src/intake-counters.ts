import type { ErrorCode } from '@hercules/protocol';

/** What became of the batches and events of all receivers. Plain numbers: /metrics reads them, the write path only adds. */
export class IntakeCounters {
  /** Events appended for Kafka. */
  acceptedEvents = 0;
  /** Bytes of the batches they came in, unpacked. */
  acceptedBytes = 0;
  /** Events dropped by content validation. */
  filteredEvents = 0;
  /** Batches of which at least one event was not acknowledged. */
  failedBatches = 0;
  /** Batches that had to wait for room in the producer's buffer. */
  delayedBatches = 0;
}

/** Upper bounds of the buckets of the latency histograms, in seconds. */
export const LATENCY_BOUNDS_SECONDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A histogram of seconds; libs/service's PlainHistogram is one. */
export interface LatencyHistogram {
  observe(seconds: number): void;
}

/** The requests of one method of one receiver. */
export class MethodCounters {
  readonly receiver: string;
  readonly method: string;
  /** Requests by status: of HTTP, or google.rpc.Code. */
  readonly statuses = new Float64Array(600);
  /** Bytes of bodies or messages as received. */
  receivedBytes = 0;
  readonly refusals = new Map<ErrorCode, number>();
  /** Items, such as spans, that were refused one by one while the rest of their request was taken, by reason. */
  readonly itemRefusals = new Map<ErrorCode, number>();
  readonly #latency: LatencyHistogram;

  constructor(receiver: string, method: string, latency: LatencyHistogram) {
    this.receiver = receiver;
    this.method = method;
    this.#latency = latency;
  }

  /** Counts an answered request. */
  answered(status: number, latencyMs: number): void {
    this.statuses[status]!++;
    this.#latency.observe(latencyMs / 1000);
  }

  /** Counts why a request was refused. */
  refused(code: ErrorCode): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  /** Counts why items of a request were refused. */
  refusedItems(code: ErrorCode, count: number): void {
    this.itemRefusals.set(code, (this.itemRefusals.get(code) ?? 0) + count);
  }
}
