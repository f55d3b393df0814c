import { isError, type ZipkinSpan } from './zipkin-span.ts';

/** Calls from one service to another. */
export interface DependencyLink {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
  readonly errorCount?: number;
}

/**
 * Who calls whom in these traces. A call is seen at the called side: a span of kind SERVER or CONSUMER, or one without a kind whose parent belongs to
 * another service; the caller is the service of its parent. A call that only the calling side has recorded (CLIENT, PRODUCER without a child in
 * another service) counts as one to the service that it names.
 */
export function dependencyLinks(traces: Iterable<readonly ZipkinSpan[]>): DependencyLink[] {
  const links = new Map<string, { parent: string; child: string; callCount: number; errorCount: number }>();
  const count = (parent: string, child: string, span: ZipkinSpan): void => {
    const key = `${parent}\0${child}`;
    let link = links.get(key);
    if (link === undefined) links.set(key, (link = { parent, child, callCount: 0, errorCount: 0 }));
    link.callCount++;
    if (isError(span)) link.errorCount++;
  };
  for (const trace of traces) linksOf(trace, count);
  return [...links.values()].map(({ errorCount, ...link }) => (errorCount > 0 ? { ...link, errorCount } : link));
}

function linksOf(trace: readonly ZipkinSpan[], count: (parent: string, child: string, span: ZipkinSpan) => void): void {
  // Both sides of a call may share one id; then the called side is looked up by it, and the calling side is its parent.
  const byId = Map.groupBy(trace, ({ id }) => id);
  const children = Map.groupBy(
    trace.filter(({ parentId }) => parentId !== undefined),
    ({ parentId }) => parentId!,
  );
  for (const span of trace) {
    const service = span.localEndpoint.serviceName;
    const sharing = byId.get(span.id)!.filter((other) => other !== span);
    if (isCalled(span)) {
      const caller = sharing.find(isCalling) ?? byId.get(span.parentId ?? '')?.[0];
      const parent = caller?.localEndpoint.serviceName ?? span.remoteEndpoint?.serviceName;
      if (parent !== undefined) count(parent, service, span);
    } else if (isCalling(span)) {
      const isRecorded = [...sharing, ...(children.get(span.id) ?? [])].some(
        (other) => isCalled(other) || other.localEndpoint.serviceName !== service,
      );
      const called = span.remoteEndpoint?.serviceName;
      if (!isRecorded && called !== undefined) count(service, called, span);
    } else {
      const parent = byId.get(span.parentId ?? '')?.[0]?.localEndpoint.serviceName;
      if (parent !== undefined && parent !== service) count(parent, service, span);
    }
  }
}

function isCalled({ kind }: ZipkinSpan): boolean {
  return kind === 'SERVER' || kind === 'CONSUMER';
}

function isCalling({ kind }: ZipkinSpan): boolean {
  return kind === 'CLIENT' || kind === 'PRODUCER';
}
