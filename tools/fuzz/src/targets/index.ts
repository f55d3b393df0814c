import type { FuzzTarget } from '../fuzz-target.ts';

/**
 * Every parser that reads what others have sent. A new one is a line here: a name, and where the target is made. A door over HTTP needs little more than its
 * seeds; see prometheus.ts.
 */
const TARGETS: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  'binary-batch': async () => (await import('./binary-batch.ts')).binaryBatch(),
  'typed-events': async () => (await import('./grpc.ts')).typedEvents(),
  'send-request': async () => (await import('./grpc.ts')).sendRequest(),
  'grpc-frames': async () => (await import('./grpc.ts')).grpcFrames(),
  'otlp-logs': async () => (await import('./otlp.ts')).otlpProtobuf('logs'),
  'otlp-traces': async () => (await import('./otlp.ts')).otlpProtobuf('traces'),
  'otlp-metrics': async () => (await import('./otlp.ts')).otlpProtobuf('metrics'),
  'otlp-logs-json': async () => (await import('./otlp.ts')).otlpJson('logs'),
  'otlp-traces-json': async () => (await import('./otlp.ts')).otlpJson('traces'),
  'otlp-metrics-json': async () => (await import('./otlp.ts')).otlpJson('metrics'),
  'prometheus-v1': async () => (await import('./prometheus.ts')).prometheusV1(),
  'prometheus-v2': async () => (await import('./prometheus.ts')).prometheusV2(),
  'zipkin-json': async () => (await import('./zipkin.ts')).zipkinJson(),
  'zipkin-protobuf': async () => (await import('./zipkin.ts')).zipkinProtobuf(),
  bulk: async () => (await import('./bulk.ts')).bulk(),
  'graphite-lines': async () => (await import('./lines.ts')).graphiteLines(),
  'graphite-pickle': async () => (await import('./lines.ts')).graphitePickle(),
  syslog: async () => (await import('./lines.ts')).syslog(),
  'http-head': async () => (await import('./http-head.ts')).httpHead(),
  'stream-state': async () => (await import('./read-states.ts')).streamState(),
  'timeline-state': async () => (await import('./read-states.ts')).timelineState(),
  'snappy-block': async () => (await import('./compression.ts')).snappyBlock(),
  'lz4-block': async () => (await import('./compression.ts')).lz4Block(),
  gzip: async () => (await import('./compression.ts')).gzip(),
  deflate: async () => (await import('./compression.ts')).deflate(),
  zstd: async () => (await import('./compression.ts')).zstd(),
};

export const TARGET_NAMES: readonly string[] = Object.keys(TARGETS);

/** @throws Error when there is no such target */
export async function loadTarget(name: string): Promise<FuzzTarget> {
  const load = TARGETS[name] ?? (name.startsWith('faulty-') ? (await import('./faulty.ts')).FAULTY_TARGETS[name] : undefined);
  if (load === undefined) throw new Error(`There is no target ${name}; there are ${TARGET_NAMES.join(', ')}`);
  return load();
}
