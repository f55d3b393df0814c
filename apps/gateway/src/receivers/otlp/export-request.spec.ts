import { BatchChecker } from '@hercules/protocol';
import fc from 'fast-check';
import { ARBITRARY_REQUESTS } from './arbitrary-request.fixture.ts';
import { convertRequest, eventsOf, NOW_MS, plainEvent } from './convert-request.fixture.ts';
import { JsonToProtobuf } from './json/json-to-protobuf.ts';
import { REQUEST_SCHEMAS } from './json/message-schemas.ts';
import { encodeRequest, encodeShuffled, REQUEST_TYPES } from './otlp-proto.fixture.ts';
import type { OtlpSignal } from './otlp-signal.ts';
import { logEvent, metricEvents, Refused, type ReferenceEvent, spanEvent } from './reference-mapping.fixture.ts';

const SEED = 20_251_125;
const SIGNALS = ['logs', 'traces', 'metrics'] as const;
const NAMES = {
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
} as const;
const MAX_BUCKETS = 8;
const MUTATIONS = 3000;

/** What must become of a request, by decoding it with protobufjs. */
function expectedOf(signal: OtlpSignal, body: Buffer): { events: unknown[]; rejected: number } {
  const type = REQUEST_TYPES[signal];
  const decoded = type.toObject(type.decode(body), { longs: String }) as Record<string, never>;
  const [resources, scopes, items] = NAMES[signal];
  const results = listOf(decoded, resources).flatMap((resource) =>
    listOf(resource, scopes).flatMap((scope) => listOf(scope, items).flatMap((item) => referenceOf(signal, resource, scope, item))),
  );
  const events = results.flatMap((result) => (result instanceof Refused ? [] : result));
  return {
    events: events.map((event) => plainEvent(event as never)),
    rejected: results.filter((result) => result instanceof Refused).length,
  };
}

const listOf = (message: Record<string, never>, name: string): Record<string, never>[] => (message[name] ?? []) as Record<string, never>[];

function referenceOf(
  signal: OtlpSignal,
  { resource }: Record<string, never>,
  { scope }: Record<string, never>,
  item: Record<string, never>,
): (ReferenceEvent[] | Refused)[] {
  const now = BigInt(NOW_MS) * 10_000n;
  try {
    if (signal === 'logs') return [[logEvent(resource, scope, item, now)]];
    if (signal === 'traces') return [[spanEvent(resource, scope, item, now)]];
    return metricEvents(resource, scope, item, now, MAX_BUCKETS);
  } catch (error) {
    if (error instanceof Refused) return [error];
    throw error;
  }
}

function actualOf(signal: OtlpSignal, body: Buffer): { events: unknown[]; rejected: number } {
  const { batches, rejected } = convertRequest(signal, body, { maxHistogramBuckets: MAX_BUCKETS });
  return { events: eventsOf(batches.get('mine')).map(plainEvent), rejected: rejected.count };
}

/** OTLP/JSON of a request: ids in hexadecimal, other bytes in base64, numbers that are none as text. */
function jsonOf(value: unknown, key = ''): unknown {
  if (Buffer.isBuffer(value)) return value.toString(key === 'bytesValue' ? 'base64' : 'hex');
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map((element) => jsonOf(element, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonOf(inner, name)]));
}

/** A batch in hexadecimal, without the uuids: those are made from the bytes of the request, which has fields here that JSON's reader leaves out. */
function withoutIds(batch: Buffer | undefined): string | undefined {
  if (batch === undefined) return undefined;
  const checker = new BatchChecker();
  const count = checker.check(batch);
  for (let i = 0; i < count; i++) batch.fill(0, checker.bounds[i]! + 9, checker.bounds[i]! + 25);
  return batch.toString('hex');
}

describe.each(SIGNALS)('a request with %s', (signal) => {
  it('makes the events that the mapping says, whatever is in it', () => {
    fc.assert(
      fc.property(ARBITRARY_REQUESTS[signal], (request) => {
        const body = encodeRequest(signal, request);
        expect(actualOf(signal, body)).toEqual(expectedOf(signal, body));
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('makes the same of them in any order of its fields', () => {
    fc.assert(
      fc.property(ARBITRARY_REQUESTS[signal], fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (request, stream) => {
        const body = encodeShuffled(REQUEST_TYPES[signal], request, () => stream.next().value as number);
        expect(actualOf(signal, body)).toEqual(expectedOf(signal, body));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('makes the very same bytes of it in JSON', () => {
    fc.assert(
      fc.property(ARBITRARY_REQUESTS[signal], (request) => {
        const json = Buffer.from(JSON.stringify(jsonOf(request)));
        const body = new JsonToProtobuf().convert(json, REQUEST_SCHEMAS[signal]);
        const fromJson = convertRequest(signal, body).batches.get('mine');
        const fromProtobuf = convertRequest(signal, encodeRequest(signal, request)).batches.get('mine');
        expect(withoutIds(fromJson)).toBe(withoutIds(fromProtobuf));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('is refused or read, and nothing else, when its bytes are broken', () => {
    const [request] = fc.sample(fc.tuple(...Array.from({ length: 5 }, () => ARBITRARY_REQUESTS[signal])), { seed: SEED, numRuns: 1 });
    const bodies = request!.map((each) => encodeRequest(signal, each)).filter(({ length }) => length > 0);
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        (body, changes, cut) => {
          const broken = Buffer.from(body);
          for (const [at, byte] of changes) broken[at % broken.length] = byte;
          const body2 = cut % 3 === 0 ? broken.subarray(0, cut % broken.length) : broken;
          try {
            convertRequest(signal, body2);
          } catch (error) {
            expect(error).toMatchObject({ name: 'HerculesError', code: 'INVALID_ARGUMENT' });
          }
        },
      ),
      { seed: SEED, numRuns: MUTATIONS },
    );
  });
});
