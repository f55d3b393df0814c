export interface ZipkinEndpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
}

/** Something that happened at a time within a span. */
export interface ZipkinAnnotation {
  /** µs since 1970 */
  readonly timestamp: number;
  readonly value: string;
}

/** A span as Zipkin's API v2 has it; times in µs. */
export interface ZipkinSpan {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits, as all ids of spans. */
  readonly id: string;
  readonly parentId?: string;
  readonly kind?: ZipkinKind;
  readonly name?: string;
  /** µs since 1970 */
  readonly timestamp: number;
  readonly duration?: number;
  readonly localEndpoint: ZipkinEndpoint & { readonly serviceName: string };
  readonly remoteEndpoint?: ZipkinEndpoint;
  readonly annotations?: readonly ZipkinAnnotation[];
  readonly tags: Readonly<Record<string, string>>;
  readonly debug?: boolean;
  /** The server's half of a span whose other half has the same id. */
  readonly shared?: boolean;
}

export type ZipkinKind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';

/** What Zipkin's page paints red. */
export function isError({ tags }: ZipkinSpan): boolean {
  return tags['error'] !== undefined;
}
