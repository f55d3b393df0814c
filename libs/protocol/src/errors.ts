/**
 * Every error of the system has one of these codes. The HTTP and the gRPC status (google.rpc.Code) stand here and nowhere else;
 * `retryable` says whether the same call may succeed later.
 */
export const ERROR_CODES = {
  UNAUTHENTICATED: { http: 401, grpc: 16, retryable: false },
  /** The key is known but has no rule with this right at all. */
  UNAUTHORIZED_RIGHT: { http: 401, grpc: 7, retryable: false },
  PERMISSION_DENIED: { http: 403, grpc: 7, retryable: false },
  STREAM_NOT_FOUND: { http: 404, grpc: 5, retryable: false },
  NOT_FOUND: { http: 404, grpc: 5, retryable: false },
  ALREADY_EXISTS: { http: 409, grpc: 6, retryable: false },
  CONFLICT: { http: 409, grpc: 9, retryable: false },
  DERIVED_STREAM: { http: 400, grpc: 9, retryable: false },
  INVALID_ARGUMENT: { http: 400, grpc: 3, retryable: false },
  INVALID_EVENT: { http: 400, grpc: 3, retryable: false },
  MALFORMED_BATCH: { http: 400, grpc: 3, retryable: false },
  LENGTH_REQUIRED: { http: 411, grpc: 3, retryable: false },
  PAYLOAD_TOO_LARGE: { http: 413, grpc: 8, retryable: false },
  UNSUPPORTED_ENCODING: { http: 415, grpc: 3, retryable: false },
  THROTTLED: { http: 503, grpc: 8, retryable: true },
  /** What a key may write a second is used up; `details.retryAfterMs` says when there is some again. */
  QUOTA_EXCEEDED: { http: 503, grpc: 8, retryable: true },
  KAFKA_UNAVAILABLE: { http: 503, grpc: 14, retryable: true },
  BACKEND_UNAVAILABLE: { http: 503, grpc: 14, retryable: true },
  SHUTTING_DOWN: { http: 410, grpc: 14, retryable: true },
  TIMEOUT: { http: 408, grpc: 4, retryable: true },
  BAD_CONFIG: { http: 500, grpc: 3, retryable: false },
  INTERNAL: { http: 500, grpc: 13, retryable: false },
} as const satisfies Record<string, { http: number; grpc: number; retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface HerculesErrorOptions {
  readonly cause?: unknown;
  /** Facts for logs and answers: names, positions, limits. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Overrides what the code says. */
  readonly retryable?: boolean;
}

/** The one error family of the system. */
export class HerculesError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: HerculesErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HerculesError';
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
    this.details = options.details;
  }

  /** The HTTP status that belongs to the code. */
  get httpStatus(): number {
    return ERROR_CODES[this.code].http;
  }

  /** The google.rpc.Code that belongs to the code. */
  get grpcCode(): number {
    return ERROR_CODES[this.code].grpc;
  }
}

/** What is wrong with a piece of the binary format (protocol §8). */
export type ProtocolErrorKind =
  | 'truncated'
  | 'unknown-type'
  | 'negative-length'
  | 'negative-count'
  | 'length-limit'
  | 'nesting-limit'
  | 'bad-version'
  | 'bad-timestamp'
  | 'event-too-large'
  | 'bad-value';

/** Bytes that are not what the format says, or a value that it cannot hold. */
export class ProtocolError extends HerculesError {
  readonly kind: ProtocolErrorKind;
  /** 0-based position of the event in its batch; -1 outside any event. */
  readonly eventIndex: number;
  /** Where in the given buffer the problem is; -1 when the problem is not in bytes. */
  readonly byteOffset: number;

  constructor(kind: ProtocolErrorKind, message: string, eventIndex: number, byteOffset: number) {
    super(eventIndex < 0 ? 'MALFORMED_BATCH' : 'INVALID_EVENT', message, { details: { kind, eventIndex, byteOffset } });
    this.name = 'ProtocolError';
    this.kind = kind;
    this.eventIndex = eventIndex;
    this.byteOffset = byteOffset;
  }
}
