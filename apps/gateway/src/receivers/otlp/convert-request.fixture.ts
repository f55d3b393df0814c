import { BatchChecker, type Container, type HerculesEvent, readBatch, type Value } from '@hercules/protocol';
import { BufferPool } from '../../buffer-pool.ts';
import type { KnownKey } from '../../stream-access.ts';
import { RequestIds } from '../door/request-ids.ts';
import { EventBuffer } from './event-buffer.ts';
import { ExportRequest } from './export-request.ts';
import { LogConverter } from './log-converter.ts';
import { MetricConverter } from './metric-converter.ts';
import { TickHalves } from './nanoseconds.ts';
import type { OtlpSignal } from './otlp-signal.ts';
import { RejectedItems } from './rejected-items.ts';
import type { SignalConverter } from './signal-converter.ts';
import { SpanConverter } from './span-converter.ts';
import { refuseOther } from './refuse-other.fixture.ts';

export const NOW_MS = 1_764_000_000_000;
const pool = new BufferPool(1_000_000);
const LIMITS = { maxEventSizeBytes: 500_000, maxDepth: 16, maxHistogramBuckets: 8 };

/** What became of a request. */
export interface Converted {
  /** Batches by stream. */
  readonly batches: ReadonlyMap<string, Buffer>;
  readonly rejected: RejectedItems;
  readonly defaultRefusal: Error | undefined;
}

/** Converts a request as the door does, for a key that may write to the streams whose names begin with `mine`. */
export function convertRequest(
  signal: OtlpSignal,
  body: Buffer,
  limits: Partial<typeof LIMITS> = {},
  maxEventsBytes = 10_000_000,
): Converted {
  const now = new TickHalves();
  now.setMs(NOW_MS);
  const rejected = new RejectedItems();
  const request = new ExportRequest({
    converter: converterOf(signal, { ...LIMITS, ...limits }),
    key: { stream: refuseOther } as unknown as KnownKey,
    ids: new RequestIds(body),
    now,
    rejected,
    defaultStream: 'mine',
    streamAttribute: Buffer.from('hercules.stream'),
    openBuffer: () => new EventBuffer(pool, 1, maxEventsBytes),
  });
  request.read(body);
  const batches = new Map([...request.streams].map(([stream, { out }]) => [stream, Buffer.from(out.batch())]));
  for (const { out } of request.streams.values()) out.free();
  // What a door gives to Kafka must pass the check of all batches.
  const checker = new BatchChecker({ maxEventSize: LIMITS.maxEventSizeBytes, maxDepth: LIMITS.maxDepth });
  for (const batch of batches.values()) checker.check(batch);
  return { batches, rejected, defaultRefusal: request.defaultRefusal };
}

function converterOf(signal: OtlpSignal, limits: typeof LIMITS): SignalConverter {
  const scratch = (): EventBuffer => new EventBuffer(pool, 0, 1_000_000);
  if (signal === 'logs') return new LogConverter(limits, scratch());
  return signal === 'traces' ? new SpanConverter(limits, scratch()) : new MetricConverter(limits, [scratch(), scratch()]);
}

/** Events that were read from a batch. */
export function eventsOf(batch: Buffer | undefined): HerculesEvent[] {
  return batch === undefined ? [] : readBatch(batch);
}

/** An event without its uuid, for comparison: containers as objects with sorted keys, every value with its type. */
export function plainEvent({ timestamp, payload }: HerculesEvent): unknown {
  return { timestamp, payload: plainContainer(payload) };
}

function plainContainer(container: Container): unknown {
  return Object.fromEntries([...container].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [`${key}`, plainValue(value)]));
}

function plainValue(value: Value): unknown {
  if (value.type === 'container') return { container: plainContainer(value.value) };
  if (value.type !== 'vector') return { [value.type]: value.value };
  const { elementType } = value.value;
  if (elementType === 'byte') return { bytes: Buffer.from(value.value.elements as Uint8Array).toString('hex') };
  const elements = [...(value.value.elements as Iterable<unknown>)];
  if (elementType === 'container') return { 'vector of container': elements.map((element) => plainContainer(element as Container)) };
  if (elementType === 'vector')
    return { 'vector of vector': elements.map((element) => plainValue({ type: 'vector', value: element } as Value)) };
  return { [`vector of ${elementType}`]: elements };
}
