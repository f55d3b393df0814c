export type ZipkinKind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';

export const ZIPKIN_KINDS: readonly ZipkinKind[] = ['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'];

export interface ZipkinEndpoint {
  readonly serviceName?: string | undefined;
  readonly ipv4?: string | undefined;
  readonly ipv6?: string | undefined;
  readonly port?: number | undefined;
}

/** A span of Zipkin v2 as its reporters send it, checked (zipkin.io/zipkin-api/zipkin2-api.yaml). */
export interface ZipkinSpan {
  /** 32 lower-case hex digits, not all 0; a trace id of 64 bits has 16 zeros before it. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all 0. */
  readonly id: string;
  /** As {@link id}. */
  readonly parentId?: string | undefined;
  readonly kind?: ZipkinKind | undefined;
  readonly name?: string | undefined;
  /** µs since 1970, above 0; undefined if the reporter does not know. */
  readonly timestamp?: number | undefined;
  /** µs, above 0. */
  readonly duration?: number | undefined;
  readonly localEndpoint?: ZipkinEndpoint | undefined;
  readonly remoteEndpoint?: ZipkinEndpoint | undefined;
  readonly annotations: readonly ZipkinAnnotation[];
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly debug?: boolean | undefined;
  /** The server's half of a span whose other half, under the same id, is the client's (B3 propagation). */
  readonly shared?: boolean | undefined;
}

export interface ZipkinAnnotation {
  /** µs since 1970 */
  readonly timestamp: number;
  readonly value: string;
}
