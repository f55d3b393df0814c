import { HerculesError, readBatch } from '@hercules/protocol';
import { compress } from 'snappyjs';
import type { BatchSubmission } from '../../batch-intake.ts';
import { MethodCounters } from '../../intake-counters.ts';
import type { KnownKey } from '../../stream-access.ts';
import type { DoorAnswer, DoorRequest } from '../door/http-door.ts';
import { PrometheusDoor } from './prometheus-door.ts';
import { encodeV1, encodeV2, type Labels } from './remote-write-proto.fixture.ts';

const NOW = 1_764_000_000_000;
const UP: Labels = [['__name__', 'up']];
const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';
const good = { labels: UP, samples: [{ value: 1, timestamp: NOW }] };
const infinite = { labels: UP, samples: [{ value: Infinity, timestamp: NOW }] };
const NONE_WRITTEN = {
  'X-Prometheus-Remote-Write-Samples-Written': '0',
  'X-Prometheus-Remote-Write-Histograms-Written': '0',
  'X-Prometheus-Remote-Write-Exemplars-Written': '0',
};

let taken: Buffer[];
/** What becomes of each batch. */
let failure: HerculesError | undefined;
let refusal: HerculesError | undefined;
let admitted: number;
let counters: MethodCounters;
let door: PrometheusDoor;

beforeEach(() => {
  taken = [];
  failure = refusal = undefined;
  admitted = 0;
  counters = new MethodCounters('prometheus', 'write', { observe: () => undefined });
  const intake = {
    submit(submission: BatchSubmission) {
      const batch = submission.takeBatch();
      taken.push(batch);
      submission.onAppended(batch.readInt32BE(0), 0);
      submission.onDelivered(failure);
    },
  };
  const options = {
    stream: 'metrics',
    maxEventsBytes: 1e6,
    maxHistogramBuckets: 160,
    maxEventSizeBytes: 10_000,
    maxUnpackedBytes: 100_000,
  };
  door = new PrometheusDoor(intake as never, options, counters);
});

/** Sends a body as the exchange of doors would: what is thrown is answered by `refuse`. */
async function post(body: Buffer, headers: Record<string, string> = {}): Promise<DoorAnswer> {
  const all = { 'content-encoding': 'snappy', 'content-type': V2, ...headers };
  const key = { stream: () => ({ rightRefusal: refusal, streamRefusal: undefined, route: { topic: 'metrics' } }) } as unknown as KnownKey;
  const admit = (bytes: number): void => void (admitted += bytes);
  try {
    return await door.handle({ key, headers: all, body, isAbandoned: false, admit } as unknown as DoorRequest);
  } catch (error) {
    return door.refuse(error as HerculesError, all);
  }
}

describe('PrometheusDoor', () => {
  it.each([
    ['POST', '/api/v1/write', true],
    ['POST', '/api/v1/push', true],
    ['GET', '/api/v1/write', false],
    ['POST', '/api/v1/write/', false],
  ])('%s %s', (method, path, isOurs) => {
    expect(door.route(method, path) !== undefined).toBe(isOurs);
  });

  it('writes a request of version 2 and says how much was written', async () => {
    const exemplars = [{ labels: [['trace_id', 'x'] as const], value: 1, timestamp: NOW }];
    const histograms = [{ timestamp: NOW, sum: 1, count_int: 1, zero_count_int: 1 }];
    const answer = await post(compress(encodeV2([good, good, { labels: UP, histograms, exemplars }])));
    expect(answer).toEqual({
      status: 204,
      headers: {
        'X-Prometheus-Remote-Write-Samples-Written': '2',
        'X-Prometheus-Remote-Write-Histograms-Written': '1',
        'X-Prometheus-Remote-Write-Exemplars-Written': '1',
      },
    });
    expect(taken).toHaveLength(1);
    expect(readBatch(taken[0]!)).toHaveLength(2 + 4 + 1);
    expect(admitted).toBeGreaterThanOrEqual(taken[0]!.length);
  });

  it('writes a request of version 1, whose senders do not know the headers', async () => {
    expect(await post(compress(encodeV1([good])), { 'content-type': 'application/x-protobuf' })).toEqual({ status: 204, headers: {} });
    expect(await post(compress(encodeV1([good])), { 'content-type': '', 'content-encoding': '' })).toEqual({ status: 204, headers: {} });
    expect(taken.map((batch) => readBatch(batch))).toMatchObject([[{ payload: expect.any(Map) }], [{}]]);
  });

  it('answers a request without samples', async () => {
    expect(await post(compress(encodeV2([])))).toEqual({ status: 204, headers: NONE_WRITTEN });
    expect(taken).toHaveLength(0);
  });

  it('writes what is good, and tells what was refused', async () => {
    const answer = await post(compress(encodeV2([good, infinite, good, infinite])));
    expect(answer).toMatchObject({ status: 400, headers: { ...NONE_WRITTEN, 'X-Prometheus-Remote-Write-Samples-Written': '2' } });
    expect(answer.body).toBe(
      '2 items were refused: 2: the value of a sample is infinite (first: series 2, up). ' +
        '2 samples, 0 histograms and 0 exemplars were written.\n',
    );
    expect(readBatch(taken[0]!)).toHaveLength(2);
    expect(counters.itemRefusals.get('INVALID_EVENT')).toBe(2);
  });

  it('counts what has no value once it is answered', async () => {
    const nan = { labels: UP, samples: [{ value: Number.NaN, timestamp: NOW }] };
    expect(await post(compress(encodeV2([nan, good])))).toMatchObject({
      status: 204,
      headers: { 'X-Prometheus-Remote-Write-Samples-Written': '2' },
    });
    expect(door.valueless).toEqual({ stale: 0, nan: 1 });
    expect(readBatch(taken[0]!)).toHaveLength(1);
  });

  it.each([
    ['Kafka does not answer', new HerculesError('KAFKA_UNAVAILABLE', 'no broker'), 503],
    ['the buffer is full', new HerculesError('THROTTLED', 'full'), 503],
    ['the gateway stops', new HerculesError('SHUTTING_DOWN', 'bye'), 503],
    ['the wait was too long', new HerculesError('TIMEOUT', 'late'), 503],
    ['something is broken', new HerculesError('INTERNAL', 'oops'), 500],
  ])('asks to be sent the same again when %s', async (_, error, status) => {
    failure = error;
    const answer = await post(compress(encodeV2([good, infinite])));
    expect(answer).toMatchObject({ status, body: `${error.message}\n`, headers: NONE_WRITTEN });
    expect(answer.headers!['Retry-After']).toBe(status === 503 ? '1' : undefined);
  });

  it.each([
    ['no right', new HerculesError('PERMISSION_DENIED', 'no'), 403],
    ['no such stream', new HerculesError('STREAM_NOT_FOUND', 'no'), 404],
  ])('refuses the request for %s', async (_, error, status) => {
    refusal = error;
    expect(await post(compress(encodeV2([good])))).toMatchObject({ status, headers: NONE_WRITTEN });
    expect(taken).toHaveLength(0);
  });

  it.each([
    ['another type', { 'content-type': 'application/json' }, compress(encodeV2([good])), 415],
    ['another encoding', { 'content-encoding': 'gzip' }, compress(encodeV2([good])), 415],
    ['no snappy', {}, encodeV2([good]), 400],
    ['no protobuf', {}, compress(Buffer.from([0x2a, 0x7f])), 400],
    ['more than is allowed', {}, compress(Buffer.alloc(100_001)), 413],
  ])('refuses %s', async (_, headers, body, status) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.contentType).toMatch(/^text\/plain/);
    expect(answer.body).toMatch(/\n$/);
    expect(taken).toHaveLength(0);
  });
});
