import type { MethodCounters } from '../../intake-counters.ts';
import type { HttpDoor, HttpDoorRoute } from '../door/http-door.ts';
import type { MessageHandler } from '../grpc/handled-method.ts';
import type { ReceiverParts } from '../receiver-parts.ts';
import type { OtlpConfig } from './config.ts';
import { EventBuffer } from './event-buffer.ts';
import { exportResponse } from './export-answer.ts';
import { LogConverter } from './log-converter.ts';
import { MetricConverter } from './metric-converter.ts';
import { OtlpExport } from './otlp-export.ts';
import { OtlpHttpRoute } from './otlp-http-route.ts';
import { OTLP_SIGNALS, type OtlpSignal } from './otlp-signal.ts';
import type { EventLimits, SignalConverter } from './signal-converter.ts';
import { SpanConverter } from './span-converter.ts';

export { otlpConfigSchema, type OtlpConfig } from './config.ts';

/** OTLP by both of its transports. */
export interface OtlpDoor {
  readonly http: HttpDoor;
  /** The Export methods by their paths. */
  readonly grpc: ReadonlyMap<string, MessageHandler>;
}

/** @param counters of a transport's method, e.g. `logs` */
export function createOtlpDoor(
  parts: Pick<ReceiverParts, 'intake' | 'buffers'>,
  config: OtlpConfig,
  limits: EventLimits,
  counters: (transport: 'grpc' | 'http', method: OtlpSignal) => MethodCounters,
): OtlpDoor {
  const scratch = (): EventBuffer => new EventBuffer(parts.buffers, 0, config.maxEventsBytes);
  const converters: Readonly<Record<OtlpSignal, SignalConverter>> = {
    logs: new LogConverter(limits, scratch()),
    traces: new SpanConverter(limits, scratch()),
    metrics: new MetricConverter({ ...limits, maxHistogramBuckets: config.maxHistogramBuckets }, [scratch(), scratch()]),
  };
  const streams = { logs: config.logsStream, traces: config.tracesStream, metrics: config.metricsStream };
  const routes = new Map<string, HttpDoorRoute>();
  const grpc = new Map<string, MessageHandler>();
  for (const signal of Object.keys(OTLP_SIGNALS) as OtlpSignal[]) {
    const { path, method } = OTLP_SIGNALS[signal];
    const otlpExport = new OtlpExport(parts, converters[signal], { ...config, defaultStream: streams[signal] });
    routes.set(path, new OtlpHttpRoute(signal, otlpExport, counters('http', signal)));
    grpc.set(method, grpcHandler(otlpExport, counters('grpc', signal)));
  }
  return { http: { route: (method, path) => (method === 'POST' ? routes.get(path) : undefined) }, grpc };
}

function grpcHandler(otlpExport: OtlpExport, counters: MethodCounters): MessageHandler {
  return {
    counters,
    handle: async (request) => exportResponse(await otlpExport.run(request, request.body, counters)),
  };
}
