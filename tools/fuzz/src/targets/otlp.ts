import { BufferPool } from '@hercules/gateway/buffer-pool.ts';
import { MethodCounters } from '@hercules/gateway/intake-counters.ts';
import { createOtlpDoor } from '@hercules/gateway/receivers/otlp/index.ts';
import { LIMITS } from '../check-batch.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { readSeeds } from '../read-seeds.ts';
import { askDoor, TakenBatches } from './gateway-door.ts';
import { hostileJson, JSON_TOKENS } from './json-inputs.ts';
import { nested, repeatedField } from './protobuf-inputs.ts';

export type OtlpSignal = 'logs' | 'traces' | 'metrics';

/** Keys that mean something in OTLP's JSON. */
const WORDS = [
  '"resourceLogs":',
  '"resourceSpans":',
  '"resourceMetrics":',
  '"resource":',
  '"attributes":',
  '"key":',
  '"value":',
  '"stringValue":',
  '"intValue":',
  '"doubleValue":',
  '"boolValue":',
  '"bytesValue":',
  '"arrayValue":{"values":[',
  '"kvlistValue":{"values":[',
  '"timeUnixNano":',
  '"traceId":',
  '"spanId":',
  '"body":',
  '"dataPoints":',
  '"bucketCounts":',
  '"explicitBounds":',
  '"hercules.stream"',
  '"service.name"',
  '"asInt":',
  '"asDouble":',
  '"kind":',
].map((text) => Buffer.from(text));

function target(signal: OtlpSignal, contentType: string, inputs: Pick<FuzzTarget, 'seeds' | 'hostile' | 'tokens'>): FuzzTarget {
  const taken = new TakenBatches({ mayRepeatKeys: true });
  const parts = { intake: taken as never, buffers: new BufferPool(1_000_000) };
  const config = {
    enabled: true,
    http: { enabled: false, host: '127.0.0.1', port: 4318 },
    logsStream: 'logs_otlp',
    tracesStream: 'traces_otlp',
    metricsStream: 'metrics_otlp',
    streamAttribute: 'hercules.stream',
    maxEventsBytes: 67_108_864,
    maxHistogramBuckets: 160,
  };
  const limits = { maxEventSizeBytes: LIMITS.maxEventSize, maxDepth: LIMITS.maxDepth };
  const { http } = createOtlpDoor(
    parts,
    config,
    limits,
    (transport, method) => new MethodCounters(transport, method, { observe: () => undefined }),
  );
  const headers = { 'content-type': contentType };
  return { ...inputs, run: async (body) => void (await askDoor(http, taken, { path: `/v1/${signal}`, headers, body })) };
}

/** `Export…ServiceRequest` in protobuf. */
export function otlpProtobuf(signal: OtlpSignal): FuzzTarget {
  const seeds = readSeeds(`otlp-${signal}-protobuf-`);
  const hostile = [
    nested([1, 2, 2, 5], 5, 5000),
    nested([1, 1, 1], 2, 5000),
    repeatedField(1, 500_000),
    largeResource(0, 2_000_000),
    largeResource(100_000, 50_000),
    largeResource(5_000_000, 100_000),
    emptyPoints(400_000),
  ];
  return target(signal, 'application/x-protobuf', { seeds, hostile });
}

/** The same in JSON. */
export function otlpJson(signal: OtlpSignal): FuzzTarget {
  const seeds = readSeeds(`otlp-${signal}-json-`);
  const wrap = (value: string): string =>
    `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${value}}]}]}],"resourceSpans":${value},"resourceMetrics":${value}}`;
  const depth = 50_000;
  const deepValue = '{"arrayValue":{"values":['.repeat(depth) + '{"intValue":1}' + ']}}'.repeat(depth);
  return target(signal, 'application/json', {
    seeds,
    hostile: [...hostileJson(), ...hostileJson(wrap), Buffer.from(wrap(deepValue))],
    tokens: [...JSON_TOKENS, ...WORDS],
  });
}

/** A resource with one attribute of so many bytes, which every event would have, and so many empty items. */
function largeResource(textBytes: number, items: number): Buffer {
  const text = repeatedField(2, 1, repeatedField(1, 1, Buffer.alloc(textBytes, 'x')));
  const resource = repeatedField(1, 1, Buffer.concat([repeatedField(1, 1, Buffer.from('metric_a')), text]));
  return repeatedField(1, 1, Buffer.concat([repeatedField(1, 1, resource), repeatedField(2, 1, repeatedField(2, items))]));
}

/** Data points that say nothing, of every kind of metric: gauge, sum, histogram, exponential histogram, summary. */
function emptyPoints(count: number): Buffer {
  const metrics = [5, 7, 9, 10, 11].map((kind) => repeatedField(2, 1, repeatedField(kind, 1, repeatedField(1, count))));
  return repeatedField(1, 1, repeatedField(2, 1, Buffer.concat(metrics)));
}
