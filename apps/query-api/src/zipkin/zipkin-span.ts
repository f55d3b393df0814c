export interface ZipkinEndpoint {
  readonly serviceName: string;
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
  readonly localEndpoint: ZipkinEndpoint;
  readonly remoteEndpoint?: ZipkinEndpoint;
  readonly tags: Readonly<Record<string, string>>;
}

export type ZipkinKind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';

/** What Zipkin's page paints red. */
export function isError({ tags }: ZipkinSpan): boolean {
  return tags['error'] !== undefined;
}
