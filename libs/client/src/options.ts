import type { SecureContextOptions } from 'node:tls';
import type { HerculesError } from '@hercules/protocol/writing';

/** Streams that the typed methods write to, unless a call names another. */
export interface DefaultStreams {
  readonly logs?: string;
  readonly metrics?: string;
  readonly spans?: string;
  readonly annotations?: string;
}

/** Events that will not reach Kafka, and why. */
export interface LostEvents {
  /** Undefined for an event that could not be made. */
  readonly stream: string | undefined;
  readonly events: number;
  readonly error: HerculesError;
}

export interface HerculesClientOptions {
  /** Gateways: `http://host:6306`, `https://…`, `grpc://host:4317`, `grpcs://…`; at least one. gRPC needs the package @grpc/grpc-js. */
  readonly endpoints: readonly string[];
  readonly apiKey: string;
  readonly streams?: DefaultStreams;
  /** For https and grpcs: what node:tls takes as ca, cert and key. */
  readonly tls?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;
  /** What waits to be acknowledged, in bytes, at the most; 64 MiB. */
  readonly maxQueuedBytes?: number;
  /**
   * What becomes of an event when the queue is full. `drop`, the default: it is dropped and counted, and the call returns false. `wait`: it is taken, and the call
   * returns false to say that the caller must wait for {@link HerculesClient.room}, as a Writable's write() does; beyond twice the bound it is dropped all the same.
   */
  readonly onFull?: 'drop' | 'wait';
  /** A batch is sent when it has so many bytes (1 MiB) … */
  readonly maxBatchBytes?: number;
  /** … or so many events (10 000) … */
  readonly maxBatchEvents?: number;
  /** … or when its first event is so old, in ms (50). */
  readonly lingerMs?: number;
  /** Longest encoding of one event, in bytes; 500 000, as the gateway has it. */
  readonly maxEventBytes?: number;
  /** Requests at once; 4. With 1 the events of a stream keep their order also when a request has to be repeated. */
  readonly maxRequestsInFlight?: number;
  /** Longest wait for an answer, in ms; 30 000. */
  readonly requestTimeoutMs?: number;
  /** How long a batch is sent again and again before it is lost, in ms; for ever unless given. */
  readonly retryForMs?: number;
  /** Pause after a first failure, in ms (100); it doubles up to 10 s, and half of it is left to chance. */
  readonly firstRetryMs?: number;
  /** How long an endpoint that has failed is passed over while there are others, in ms (10 000); it doubles each time, up to 2 minutes. */
  readonly greyListMs?: number;
  /** Is told of every loss. It must not throw. */
  readonly onLost?: (lost: LostEvents) => void;
}

/** Plain numbers since the start. */
export interface ClientStats {
  /** Events that were taken into the queue. */
  readonly queued: number;
  /** Events that Kafka has acknowledged. */
  readonly acknowledged: number;
  /** Events that were dropped because the queue was full. */
  readonly dropped: number;
  /** Events that could not be made: a value that no type holds, or one that is too long. */
  readonly invalid: number;
  /** Events that the gateways refused, or that were given up. */
  readonly lost: number;
  /** Requests that had to be sent again. */
  readonly retries: number;
  readonly queuedBytes: number;
}
