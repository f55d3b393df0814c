import type { TracingConfig } from '../tracing/config.ts';
import type { TraceReader } from '../tracing/trace-reader.ts';
import type { TraceIndex } from './trace-index.ts';
import { matchesQuery, type TraceQuery } from './trace-query.ts';
import type { ZipkinSpan } from './zipkin-span.ts';
import { zipkinTrace } from './zipkin-trace.ts';

const PARALLEL_TRACES = 16;

export type SearchLimits = Pick<TracingConfig, 'maxSpansPerTrace' | 'maxScannedRows'>;

/** Finds traces: the index names candidates, their spans decide. */
export class TraceSearch {
  readonly #index: TraceIndex;
  readonly #reader: TraceReader;
  readonly #limits: SearchLimits;

  constructor(index: TraceIndex, reader: TraceReader, limits: SearchLimits) {
    this.#index = index;
    this.#reader = reader;
    this.#limits = limits;
  }

  /** The spans of a trace; none when there is no such trace. @param traceId with hyphens. Throws TIMEOUT, BACKEND_UNAVAILABLE */
  async trace(traceId: string): Promise<ZipkinSpan[]> {
    return zipkinTrace(await this.#reader.trace(traceId, this.#limits.maxSpansPerTrace));
  }

  /** Those of the traces that there are, in the order of their ids. */
  async traces(traceIds: readonly string[]): Promise<ZipkinSpan[][]> {
    const found: ZipkinSpan[][] = [];
    for (let i = 0; i < traceIds.length; i += PARALLEL_TRACES) {
      found.push(...(await Promise.all(traceIds.slice(i, i + PARALLEL_TRACES).map((id) => this.trace(id)))));
    }
    return found.filter((trace) => trace.length > 0);
  }

  /** The newest traces that match, newest first. */
  async find(query: TraceQuery): Promise<ZipkinSpan[][]> {
    const { serviceName, spanName = '', endTs, lookback, limit } = query;
    const services = serviceName === undefined ? await this.#index.names('service') : [serviceName];
    const found: ZipkinSpan[][] = [];
    const candidates = this.#index.traceIds(
      services,
      serviceName === undefined ? '' : spanName,
      Math.max(0, endTs - lookback),
      endTs,
      this.#limits.maxScannedRows,
    );
    for await (const ids of candidates) {
      for (let i = 0; i < ids.length && found.length < limit; i += PARALLEL_TRACES) {
        const traces = await this.traces(ids.slice(i, i + PARALLEL_TRACES));
        found.push(...traces.filter((trace) => matchesQuery(trace, query)));
      }
      if (found.length >= limit) break;
    }
    return found.sort((a, b) => beginOf(b) - beginOf(a)).slice(0, limit);
  }
}

function beginOf(trace: readonly ZipkinSpan[]): number {
  return trace.reduce((earliest, { timestamp }) => Math.min(earliest, timestamp), Infinity);
}
