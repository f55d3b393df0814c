import { type ErrorCode, HerculesError, readBatch } from '@hercules/protocol';
import type { BatchSubmission } from '../../batch-intake.ts';
import { BufferPool } from '../../buffer-pool.ts';
import { MethodCounters } from '../../intake-counters.ts';
import type { KnownKey } from '../../stream-access.ts';
import type { DoorRequest } from '../door/http-door.ts';
import { createOtlpDoor, otlpConfigSchema } from './index.ts';
import { encodeRequest } from './otlp-proto.fixture.ts';
import { refuseOther } from './refuse-other.fixture.ts';

const PROTOBUF = 'application/x-protobuf';
const LOGS = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';

/** A record for each text; the stream is that of the resource. */
const logs = (...resources: [stream: string, ...texts: string[]][]) => ({
  resourceLogs: resources.map(([stream, ...texts]) => ({
    resource: { attributes: [{ key: 'hercules.stream', value: { stringValue: stream } }] },
    scopeLogs: [{ logRecords: texts.map((stringValue) => ({ timeUnixNano: '1764000000000000000', body: { stringValue } })) }],
  })),
});

/** The door on an intake that fails the batches which hold one of these texts, with this code. */
class Stand {
  readonly taken: string[] = [];
  readonly buffers = new BufferPool(10_000_000);
  readonly counters = new MethodCounters('otlp', 'logs', { observe: () => undefined });
  admitted = 0;
  readonly #door;

  constructor(settings: object = {}, failures: Readonly<Record<string, ErrorCode>> = {}) {
    const submit = (submission: BatchSubmission): void => {
      const texts = readBatch(submission.takeBatch()).map(({ payload }) => (payload.get('message')?.value ?? '') as string);
      const failing = texts.find((text) => failures[text] !== undefined);
      const error = failing === undefined ? undefined : new HerculesError(failures[failing]!, `no ${failing}`);
      if (error?.code === 'INVALID_EVENT' || error?.code === 'THROTTLED') return submission.onRefused(error);
      submission.onAppended(texts.length, 0);
      if (error === undefined) this.taken.push(...texts);
      submission.onDelivered(error);
    };
    const parts = { intake: { submit } as never, buffers: this.buffers };
    const config = otlpConfigSchema.parse({ logsStream: 'mine', ...settings });
    this.#door = createOtlpDoor(parts, config, { maxEventSizeBytes: 1000, maxDepth: 8 }, () => this.counters);
  }

  #request(body: Buffer, headers: Record<string, string>): DoorRequest {
    const admit = (bytes: number): void => void (this.admitted += bytes);
    const key = { stream: refuseOther } as unknown as KnownKey;
    return {
      key,
      body,
      headers,
      method: 'POST',
      path: '/v1/logs',
      query: new URLSearchParams(),
      isAbandoned: false,
      admit,
      dropBody: () => undefined,
    };
  }

  async post(body: Buffer, contentType = PROTOBUF) {
    const route = this.#door.http.route('POST', '/v1/logs')!;
    const headers = { 'content-type': contentType };
    try {
      return await route.handle(this.#request(body, headers));
    } catch (error) {
      return route.refuse(error as HerculesError, headers);
    }
  }

  call(body: Buffer): Promise<Buffer> {
    return this.#door.grpc.get(LOGS)!.handle(this.#request(body, {}));
  }
}

const code = (error: unknown): unknown => (error as HerculesError).code;

describe('an Export request', () => {
  it('is answered with an empty message when everything was taken, and its memory is given back', async () => {
    const stand = new Stand();
    expect(await stand.call(encodeRequest('logs', logs(['mine', 'a', 'b'])))).toHaveLength(0);
    expect(stand.taken).toEqual(['a', 'b']);
    expect(stand.admitted).toBeGreaterThan(0);
    expect(stand.buffers.keptBytes).toBeGreaterThanOrEqual(stand.admitted);
  });

  it.each<ErrorCode>(['KAFKA_UNAVAILABLE', 'INTERNAL', 'THROTTLED'])(
    'is to be repeated as a whole when one of its batches failed with %s',
    async (failure) => {
      const stand = new Stand({}, { b: failure });
      const body = encodeRequest('logs', logs(['mine', 'a'], ['mine_too', 'b']));
      const error = await stand.call(body).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ retryable: true });
      const { status, headers } = await stand.post(body);
      expect([status, headers]).toEqual([failure === 'THROTTLED' ? 429 : 503, { 'Retry-After': '1' }]);
    },
  );

  it('has the items of a batch rejected that no repetition would help', async () => {
    const stand = new Stand({}, { b: 'INVALID_EVENT' });
    const request = logs(['mine', 'a'], ['mine_too', 'b', 'c']);
    const { status, body } = await stand.post(Buffer.from(JSON.stringify(request)), 'application/json');
    expect([status, JSON.parse(body as string)]).toEqual([200, { partialSuccess: { rejectedLogRecords: '2', errorMessage: '2: no b' } }]);
    expect([...stand.counters.itemRefusals]).toEqual([['INVALID_EVENT', 2]]);
  });

  it('tells in protobuf how many items were rejected, and why', async () => {
    const answer = await new Stand().call(encodeRequest('logs', logs(['mine', 'a', 'x'.repeat(2000)])));
    // ExportLogsServiceResponse { partial_success = 1: { rejected_log_records = 1: 1, error_message = 2: … } }
    expect([...answer.subarray(0, 1), ...answer.subarray(2, 5)]).toEqual([0x0a, 0x08, 1, 0x12]);
    expect(answer.toString()).toMatch(/1: it makes an event of \d+ bytes; at most 1000 are allowed$/);
  });

  it('is refused as a whole when the key may write to nothing that it is for', async () => {
    const stand = new Stand({ logsStream: 'theirs' });
    const record = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'a' } }] }] }] };
    expect(code(await stand.call(encodeRequest('logs', record)).catch((thrown: unknown) => thrown))).toBe('PERMISSION_DENIED');
  });

  it('is refused when its events take too much memory, which is given back', async () => {
    const stand = new Stand({ maxEventsBytes: 20_000 });
    const body = encodeRequest('logs', logs(['mine', ...Array.from({ length: 500 }, () => 'x')]));
    expect(await stand.post(body)).toMatchObject({ status: 413 });
    expect(stand.buffers.keptBytes).toBeGreaterThan(0);
    expect(stand.taken).toEqual([]);
  });

  it('is refused in the encoding that it came in', async () => {
    const stand = new Stand();
    expect(await stand.post(Buffer.from([0xff]))).toMatchObject({ status: 400, contentType: PROTOBUF });
    const json = await stand.post(Buffer.from('{'), 'application/json');
    expect(json).toMatchObject({ status: 400, contentType: 'application/json' });
    expect(JSON.parse(json.body as string)).toMatchObject({ code: 3, message: expect.stringContaining('not JSON') as string });
    expect(await stand.post(Buffer.from('x'), 'text/plain')).toMatchObject({ status: 415 });
  });
});

describe('OTLP/JSON', () => {
  const post = async (request: unknown) => {
    const { body } = await new Stand().post(Buffer.from(JSON.stringify(request)), 'application/json');
    return (JSON.parse(body as string) as { message?: string }).message;
  };
  const record = (fields: object) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [fields] }] }] });

  it('ignores what it does not know, and null', async () => {
    expect(await post({ ...record({ body: null, wizardry: [1, { a: 2 }] }), more: 1 })).toBeUndefined();
  });

  it.each([
    ['a whole number', { timeUnixNano: 'now' }],
    ['a whole number from 0 to 18446744073709551615', { timeUnixNano: '-1' }],
    ['a whole number', { severityNumber: 'SEVERITY_NUMBER_INFO' }],
    ['hexadecimal digits', { traceId: 'zz' }],
    ['a string', { severityText: 7 }],
    ['an array', { attributes: {} }],
  ])('says that it expected %s', async (what, fields) => {
    expect(await post(record(fields))).toBe(
      `The request is not valid OTLP/JSON: expected ${what} at $.resourceLogs[0].scopeLogs[0].logRecords[0].${Object.keys(fields)[0]}`,
    );
  });

  it('is refused when it is nested too deep', async () => {
    let body: object = { stringValue: 'x' };
    for (let i = 0; i < 60; i++) body = { arrayValue: { values: [body] } };
    expect(await post(record({ body }))).toContain('at most 100 objects inside one another');
  });
});
