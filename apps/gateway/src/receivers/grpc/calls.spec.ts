import { gzipSync } from 'node:zlib';
import { HerculesError } from '@hercules/protocol';
import { Admission } from '../../admission.ts';
import type { BatchSubmission } from '../../batch-intake.ts';
import { BufferPool } from '../../buffer-pool.ts';
import { MethodCounters } from '../../intake-counters.ts';
import type { ReceivedRequest } from '../door/received-request.ts';
import { FakeHttp2Stream } from './fake-http2-stream.fixture.ts';
import { protoType } from './gateway-proto.fixture.ts';
import { createGrpcRefusals, type GrpcContext } from './grpc-context.ts';
import { GrpcStream } from './grpc-stream.ts';
import { HandledMethod } from './handled-method.ts';
import type { MessageEncoding } from './message-encoding.ts';
import { SendMethod } from './send-method.ts';
import { SendRequestReader } from './send-request.ts';
import { SendResponses } from './send-responses.ts';
import { SendStreamCall } from './send-stream-call.ts';
import { TypedEventEncoder } from './typed-event-encoder.ts';
import { UnaryCall } from './unary-call.ts';

const SendRequest = protoType('SendRequest');
const SendStreamRequest = protoType('SendStreamRequest');
const SendStreamResponse = protoType('SendStreamResponse');
const CAPACITY = 1000;
const MAX_MESSAGE = 500;

/** Takes every batch and lets the test play Kafka. */
class FakeIntake {
  readonly submissions: BatchSubmission[] = [];

  submit(submission: BatchSubmission): void {
    this.submissions.push(submission);
    submission.takeBatch();
    submission.onAppended(1, 0);
  }

  answer(error?: HerculesError): void {
    this.submissions.shift()!.onDelivered(error);
  }
}

function setUp() {
  const intake = new FakeIntake();
  const admission = new Admission(CAPACITY, 100, 100);
  const latency = { observe: () => undefined };
  const context = {
    lifecycle: { state: 'RUNNING' },
    access: { key: (key?: string) => (key === 'good' ? { stream: () => ({ route: { topic: 'logs' } }) } : undefined) },
    admission,
    intake,
    buffers: new BufferPool(100_000),
    requests: new SendRequestReader(),
    events: new TypedEventEncoder({ maxDepth: 64, maxBatchBytes: 10_000 }),
    responses: new SendResponses(),
    maxMessageBytes: MAX_MESSAGE,
    maxUnacknowledgedBytes: 400,
    maxUnacknowledgedMessages: 3,
    sendCounters: new MethodCounters('grpc', 'Send', latency),
    streamCounters: new MethodCounters('grpc', 'SendStream', latency),
    refusals: createGrpcRefusals(MAX_MESSAGE, CAPACITY),
    failures: { refused: () => undefined },
  };
  const http2 = new FakeHttp2Stream();
  const stream = new GrpcStream(http2.asStream);
  return { intake, admission, context: context as unknown as GrpcContext, lifecycle: context.lifecycle, http2, stream };
}

function frame(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(5 + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

const request = (bytes: number) => ({ stream: 'logs', batch: Buffer.alloc(bytes) });
const message = (bytes: number): Buffer => frame(SendRequest.encode(SendRequest.fromObject(request(bytes))).finish());
const streamed = (sequence: number, bytes: number): Buffer =>
  frame(SendStreamRequest.encode(SendStreamRequest.fromObject({ sequence, request: request(bytes) })).finish());

/** Answers on a stream so far, as sequence and code. */
function answers(http2: FakeHttp2Stream): [number, number][] {
  const bytes = Buffer.concat(http2.written);
  const found: [number, number][] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    const answer = SendStreamResponse.toObject(SendStreamResponse.decode(bytes.subarray(at + 5, end)), { longs: Number, defaults: true });
    found.push([answer.sequence as number, answer.code as number]);
    at = end;
  }
  return found;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets the microtask run in which answers are sent together. */
const flush = (): Promise<void> => Promise.resolve();

describe('SendCall', () => {
  function start(apiKey = 'good') {
    const parts = setUp();
    new UnaryCall(parts.context, new SendMethod(parts.context), parts.stream, apiKey, 'identity').start();
    return parts;
  }

  it('answers when Kafka has', () => {
    const { http2, intake, admission } = start();
    http2.emit('data', message(10));
    http2.emit('end');
    expect([intake.submissions.length, http2.status]).toEqual([1, undefined]);
    expect(admission.inUse).toBeGreaterThan(0);
    intake.answer();
    expect([http2.status, http2.written.length, admission.inUse]).toEqual([0, 1, 0]);
    http2.close();
    expect(admission.inUse).toBe(0);
  });

  it('refuses an unknown key before it reads anything', () => {
    const { http2 } = start('bad');
    expect(http2.status).toBe(16);
    expect(http2.listenerCount('data')).toBe(0);
  });

  it('takes a message that waits for permits when the client has sent its end already', () => {
    const { http2, intake, admission } = start();
    admission.tryAcquire(CAPACITY);
    http2.emit('data', message(10));
    expect(http2.isPaused).toBe(true);
    http2.emit('end');
    expect(http2.status).toBeUndefined();
    admission.release(CAPACITY);
    intake.answer();
    expect([http2.status, admission.inUse]).toEqual([0, 0]);
  });

  it('notices an end within a message that had to wait', () => {
    const { http2, admission } = start();
    admission.tryAcquire(CAPACITY);
    http2.emit('data', message(10).subarray(0, 12));
    http2.emit('end');
    admission.release(CAPACITY);
    expect(http2.status).toBe(13);
    http2.close();
    expect(admission.inUse).toBe(0);
  });

  it('gives up its wait when the client goes', () => {
    const { http2, intake, admission } = start();
    admission.tryAcquire(CAPACITY);
    http2.emit('data', message(10));
    http2.close();
    admission.release(CAPACITY);
    expect([intake.submissions.length, admission.inUse]).toEqual([0, 0]);
  });

  it('gives back the permits of half a message when the client goes', () => {
    const { http2, admission } = start();
    http2.emit('data', message(100).subarray(0, 50));
    expect(admission.inUse).toBeGreaterThan(0);
    http2.close();
    expect(admission.inUse).toBe(0);
  });

  it('passes on that Kafka has failed', () => {
    const { http2, intake, admission } = start();
    http2.emit('data', message(10));
    intake.answer(new HerculesError('KAFKA_UNAVAILABLE', 'gone'));
    expect([http2.status, admission.inUse]).toEqual([14, 0]);
    expect(http2.headers).toHaveProperty('grpc-status-details-bin');
  });
});

describe('HandledMethod', () => {
  function start(handle: (request: ReceivedRequest) => Promise<Buffer>, encoding: MessageEncoding = 'identity') {
    const parts = setUp();
    const counters = new MethodCounters('test', 'Export', { observe: () => undefined });
    const method = new HandledMethod(parts.context, { counters, handle });
    new UnaryCall(parts.context, method, parts.stream, 'good', encoding).start();
    return { ...parts, counters };
  }

  it('hands the message out and frames the answer', async () => {
    const { http2, admission, counters } = start(({ body }) => Promise.resolve(Buffer.from(`got ${body.toString()}`)));
    http2.emit('data', frame(Buffer.from('abc')));
    expect(admission.inUse).toBe(3);
    await until(() => http2.status !== undefined);
    expect([http2.status, http2.written.map((written) => written.subarray(5).toString()), admission.inUse]).toEqual([0, ['got abc'], 0]);
    expect([counters.receivedBytes, counters.statuses[0]]).toEqual([3, 1]);
  });

  it('unpacks, and holds permits for what the message grows to until the handler is done', async () => {
    let finish: (() => void) | undefined;
    let bodyLength = 0;
    const { http2, admission } = start(({ body }) => {
      bodyLength = body.length;
      return new Promise((resolve) => (finish = () => resolve(Buffer.alloc(0))));
    }, 'gzip');
    const framed = frame(gzipSync(Buffer.alloc(400)));
    framed[0] = 1;
    http2.emit('data', framed);
    expect([bodyLength, admission.inUse]).toEqual([400, 400]);
    finish!();
    await until(() => http2.status !== undefined);
    expect([http2.status, admission.inUse]).toEqual([0, 0]);
  });

  it.each([
    ['rejects', () => Promise.reject(new HerculesError('KAFKA_UNAVAILABLE', 'away')), 14],
    [
      'throws',
      () => {
        throw new HerculesError('INVALID_ARGUMENT', 'no');
      },
      3,
    ],
    ['fails', () => Promise.reject(new TypeError('a fault')), 13],
    ['wants more than there is', (request: ReceivedRequest) => Promise.resolve(request.admit(CAPACITY)).then(() => Buffer.alloc(0)), 8],
  ])('gives the permits back when the handler %s', async (_what, handle, status) => {
    const { http2, admission } = start(handle);
    http2.emit('data', frame(Buffer.from('abc')));
    await until(() => http2.status !== undefined);
    expect([http2.status, admission.inUse]).toEqual([status, 0]);
  });

  it('refuses a message that is no gzip', async () => {
    const { http2, admission } = start(() => Promise.resolve(Buffer.alloc(0)), 'gzip');
    const framed = frame(Buffer.from('abc'));
    framed[0] = 1;
    http2.emit('data', framed);
    await until(() => http2.status !== undefined);
    expect([http2.status, admission.inUse]).toEqual([3, 0]);
  });

  it('says when the client has gone, and gives the permits back when the handler is done', async () => {
    let seen: ReceivedRequest | undefined;
    let finish: (() => void) | undefined;
    const { http2, admission } = start((request) => {
      seen = request;
      return new Promise((resolve) => (finish = () => resolve(Buffer.alloc(0))));
    });
    http2.emit('data', frame(Buffer.from('abc')));
    http2.close();
    expect([seen!.isAbandoned, admission.inUse]).toEqual([true, 3]);
    finish!();
    await until(() => admission.inUse === 0);
  });
});

describe('SendStreamCall', () => {
  function start() {
    const parts = setUp();
    const call = new SendStreamCall(parts.context, parts.stream, 'good', 'identity');
    call.start();
    return { ...parts, call };
  }

  it('sends the answers of a moment in one write', async () => {
    const { http2, intake } = start();
    http2.emit('data', Buffer.concat([streamed(7, 10), streamed(8, 10)]));
    intake.answer();
    intake.answer();
    await flush();
    expect(http2.written).toHaveLength(1);
    expect(answers(http2)).toEqual([
      [7, 0],
      [8, 0],
    ]);
  });

  it('holds the client up at the bound of messages, and goes on with each acknowledgement', () => {
    const { http2, intake } = start();
    http2.emit('data', Buffer.concat([1, 2, 3, 4, 5].map((sequence) => streamed(sequence, 10))));
    expect([intake.submissions.length, http2.isPaused]).toEqual([3, true]);
    intake.answer();
    expect([intake.submissions.length, http2.isPaused]).toEqual([3, true]);
    intake.answer();
    expect([intake.submissions.length, http2.isPaused]).toEqual([3, false]);
  });

  it('holds the client up at the bound of bytes, but never takes less than one message', () => {
    const { http2, intake } = start();
    http2.emit('data', Buffer.concat([streamed(1, 450), streamed(2, 10)]));
    expect([intake.submissions.length, http2.isPaused]).toEqual([1, true]);
    intake.answer();
    expect([intake.submissions.length, http2.isPaused]).toEqual([1, false]);
  });

  it('holds the client up while it does not read its answers', () => {
    const { http2, intake } = start();
    http2.writableNeedDrain = true;
    http2.emit('data', streamed(1, 10));
    expect([intake.submissions.length, http2.isPaused]).toEqual([0, true]);
    http2.writableNeedDrain = false;
    http2.emit('drain');
    expect([intake.submissions.length, http2.isPaused]).toEqual([1, false]);
  });

  it('answers what is held when the client has sent its end already', async () => {
    const { http2, intake, admission } = start();
    http2.emit('data', Buffer.concat([1, 2, 3, 4, 5].map((sequence) => streamed(sequence, 10))));
    http2.emit('end');
    expect(http2.status).toBeUndefined();
    for (let i = 0; i < 5; i++) intake.answer();
    await flush();
    expect(answers(http2).map(([sequence]) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect([http2.status, admission.inUse]).toEqual([0, 0]);
  });

  it('ends at once when nothing is under way', () => {
    const { http2 } = start();
    http2.emit('end');
    expect(http2.status).toBe(0);
  });

  it('notices an end within a message', () => {
    const { http2, intake, admission } = start();
    http2.emit('data', Buffer.concat([streamed(1, 10), streamed(2, 100).subarray(0, 30)]));
    http2.emit('end');
    intake.answer();
    expect(http2.status).toBe(13);
    http2.close();
    expect(admission.inUse).toBe(0);
  });

  it('goes on after a refusal for want of permits, by the number at the head of the dropped message', async () => {
    jest.useFakeTimers();
    const { http2, intake, admission } = start();
    admission.tryAcquire(CAPACITY);
    http2.emit('data', streamed(1, 300).subarray(0, 200));
    jest.advanceTimersByTime(150);
    jest.useRealTimers();
    http2.emit('data', streamed(1, 300).subarray(200));
    admission.release(CAPACITY);
    http2.emit('data', streamed(2, 10));
    intake.answer();
    await flush();
    expect(answers(http2)).toEqual([
      [1, 8],
      [2, 0],
    ]);
    expect(admission.inUse).toBe(0);
  });

  it('survives acknowledgements that come after it has failed or its client has gone', () => {
    const failed = start();
    failed.http2.emit('data', Buffer.concat([streamed(1, 10), streamed(2, 10), frame(Buffer.alloc(MAX_MESSAGE + 1))]));
    expect(failed.http2.status).toBe(8);
    const left = start();
    left.http2.emit('data', Buffer.concat([1, 2, 3, 4].map((sequence) => streamed(sequence, 10))));
    left.http2.close();
    for (const { intake, admission } of [failed, left]) {
      while (intake.submissions.length > 0) intake.answer();
      expect(admission.inUse).toBe(0);
    }
  });

  it('takes nothing more when it drains, and ends when all is answered', async () => {
    const { http2, intake, admission, call } = start();
    http2.emit('data', Buffer.concat([1, 2, 3, 4].map((sequence) => streamed(sequence, 10))));
    call.drain();
    expect(http2.status).toBeUndefined();
    for (let i = 0; i < 3; i++) intake.answer();
    await flush();
    expect(answers(http2).map(([sequence]) => sequence)).toEqual([1, 2, 3]);
    expect([http2.status, admission.inUse]).toEqual([14, 0]);
  });

  it('refuses messages while the gateway stops', async () => {
    const { http2, lifecycle } = start();
    lifecycle.state = 'STOPPING';
    http2.emit('data', streamed(1, 10));
    await flush();
    expect(answers(http2)).toEqual([[1, 14]]);
  });
});
