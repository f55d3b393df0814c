import { connect, constants } from 'node:http2';
import { Metadata, status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { encodeEvent, tag, uuidToBytes } from '@hercules/protocol';
import { batchOf, newBatch, newEvent } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { GrpcClient, type SendStreamResponse } from './support/grpc-client.ts';
import { send } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const writer = newApiKey('writer');
const reader = newApiKey('reader');
const other = newApiKey('other');
const MAX_MESSAGE = 200_000;
const CAPACITY = 190_000;
let gateway: GatewayProcess;
let client: GrpcClient;
let logs: string;
let typed: string;
let streamed: string;
let derived: string;
let validated: string;

beforeAll(async () => {
  await kafka.start();
  logs = await kafka.createStream('grpc');
  typed = await kafka.createStream('typed');
  streamed = await kafka.createStream('streamed');
  validated = await kafka.createStream('validated');
  derived = await kafka.createStream('derived', { type: 'derived', streams: [logs], filters: [] });
  await kafka.putRule(writer, 'gw_e2e_*', 'write');
  await kafka.putRule(reader, 'gw_e2e_*', 'read');
  await kafka.putRule(other, 'something_else', 'write');
  await kafka.putValidation(writer, validated, [{ path: 'level', condition: { type: 'exist' } }]);
  gateway = await GatewayProcess.start({
    'metadata.topic': kafka.metadataTopic,
    'http.maxContentLengthBytes': MAX_MESSAGE,
    'throttling.capacityBytes': CAPACITY,
    'throttling.waitTimeoutMs': 500,
    'grpc.maxUnacknowledgedMessages': 20,
  });
  client = new GrpcClient(gateway.grpcPort);
  await kafka.follow(typed, streamed);
});

afterAll(async () => {
  client?.close();
  await gateway?.kill();
  await kafka.stop();
});

async function metric(name: string): Promise<number> {
  const { text } = await send(gateway.httpPort, { method: 'GET', path: '/metrics' });
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** Sends messages on one call, half-closes it, and returns the answers and the status. */
async function exchange(
  key: string | undefined,
  messages: { sequence: string | number; request?: object }[],
): Promise<{ answers: SendStreamResponse[]; code: number; details: string }> {
  const call = client.sendStream(key);
  const answers: SendStreamResponse[] = [];
  call.on('data', (answer: SendStreamResponse) => answers.push(answer));
  const ended = new Promise<{ code: number; details: string }>((resolve) => {
    call.on('error', () => undefined);
    call.on('status', resolve);
  });
  for (const message of messages) call.write(message);
  call.end();
  const { code, details } = await ended;
  return { answers, code, details };
}

describe('Send', () => {
  it('takes a batch', async () => {
    expect(await client.send(writer, { stream: logs, batch: newBatch(10) })).toEqual({ accepted: 10, filtered: 0 });
    expect(await client.send(writer, { stream: logs, batch: newBatch(3), async: true })).toEqual({ accepted: 3, filtered: 0 });
    expect(await client.send(writer, { stream: logs, batch: Buffer.alloc(4) })).toEqual({ accepted: 0, filtered: 0 });
  });

  it('says how many events content validation has dropped', async () => {
    const batch = batchOf(newEvent('kept', { level: tag.string('info') }), newEvent('dropped'), newEvent('dropped'));
    expect(await client.send(writer, { stream: validated, batch })).toEqual({ accepted: 1, filtered: 2 });
  });

  it('takes a batch that needs many frames', async () => {
    expect(await client.send(writer, { stream: logs, batch: batchOf(newEvent('x'.repeat(150_000))) })).toEqual({
      accepted: 1,
      filtered: 0,
    });
  });

  it('takes compressed messages', async () => {
    expect(await client.send(writer, { stream: logs, batch: newBatch(100) }, { compress: true })).toEqual({ accepted: 100, filtered: 0 });
  });

  it.each<[string, () => Parameters<GrpcClient['send']>, number]>([
    ['no key', () => [undefined, { stream: logs, batch: newBatch(1) }], status.UNAUTHENTICATED],
    ['an unknown key', () => [newApiKey('stranger'), { stream: logs, batch: newBatch(1) }], status.UNAUTHENTICATED],
    ['a key without the right', () => [reader, { stream: logs, batch: newBatch(1) }], status.PERMISSION_DENIED],
    ['a key with the right elsewhere', () => [other, { stream: logs, batch: newBatch(1) }], status.PERMISSION_DENIED],
    ['an unknown stream', () => [writer, { stream: 'gw_e2e_no', batch: newBatch(1) }], status.NOT_FOUND],
    ['a derived stream', () => [writer, { stream: derived, batch: newBatch(1) }], status.FAILED_PRECONDITION],
    ['no payload', () => [writer, { stream: logs }], status.INVALID_ARGUMENT],
    ['a batch of 3 bytes', () => [writer, { stream: logs, batch: Buffer.alloc(3) }], status.INVALID_ARGUMENT],
    ['a negative count', () => [writer, { stream: logs, batch: Buffer.alloc(4, 0xff) }], status.INVALID_ARGUMENT],
    ['a message that is too large', () => [writer, { stream: logs, batch: Buffer.alloc(MAX_MESSAGE) }], status.RESOURCE_EXHAUSTED],
  ])('refuses %s', async (_what, args, code) => {
    const [key, request] = args();
    expect(await client.refusal(key, request)).toMatchObject({ code });
  });

  it('names the bad event and byte', async () => {
    const good = encodeEvent(newEvent('good'));
    const bad = Buffer.from(encodeEvent(newEvent('bad')));
    bad[27 + 8] = 0x0c;
    const { code, details } = await client.refusal(writer, { stream: logs, batch: batchOf(good, bad) });
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(details).toContain('Event 1 ');
    expect(details).toContain(`byte ${4 + good.length + 27 + 8}`);
  });

  it('tells a throttled producer when to come back', async () => {
    const { code, metadata } = await client.refusal(writer, { stream: logs, batch: batchOf(newEvent('x'.repeat(195_000))) });
    expect(code).toBe(status.RESOURCE_EXHAUSTED);
    expect(metadata.get('grpc-status-details-bin')[0]!.toString('latin1')).toContain('google.rpc.RetryInfo');
  });

  it('leaves nothing behind when a call is cancelled', async () => {
    const gatewayClient = client.client('hercules.v1.Gateway') as unknown as Record<'Send', (...args: unknown[]) => { cancel(): void }>;
    const metadata = new Metadata();
    metadata.set('authorization', `Hercules apiKey ${writer}`);
    const ends: Promise<ServiceError>[] = [];
    for (let i = 0; i < 20; i++) {
      ends.push(
        new Promise((resolve) => {
          const call = gatewayClient.Send({ stream: logs, batch: newBatch(100) }, metadata, (error: ServiceError) => resolve(error));
          setImmediate(() => call.cancel());
        }),
      );
    }
    await Promise.all(ends);
    await waitFor('the permits are back', async () => (await metric('hercules_gateway_admitted_bytes')) === 0);
  });
});

describe('typed events', () => {
  const uuid = '11203800-63fd-11e8-83e2-3a587d902000';

  it('are stored as binary events', async () => {
    const event = {
      timestamp: '15276799200000000',
      uuid: uuidToBytes(uuid),
      payload: { tags: [{ key: 'host', value: { string: 'localhost' } }] },
    };
    expect(await client.send(writer, { stream: typed, events: { events: [event] } })).toEqual({ accepted: 1, filtered: 0 });
    const [record] = await kafka.waitForRecords(typed, 1);
    const expected = encodeEvent({
      version: 1,
      timestamp: 15276799200000000n,
      uuid,
      payload: new Map([['host', tag.string('localhost')]]),
    });
    expect(record!.value.toString('hex')).toBe(expected.toString('hex'));
    expect(record!.key).toBe(uuid.replaceAll('-', ''));
  });

  it('are refused with the path of the field', async () => {
    const events = [{ payload: { tags: [] } }, { payload: { tags: [{ key: 'a', value: { short: 40_000 } }] } }];
    const { code, details } = await client.refusal(writer, { stream: typed, events: { events } });
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(details).toContain('events[1].payload.tags[0].value.short');
  });
});

describe('SendStream', () => {
  it('answers every message once by its sequence number', async () => {
    const sequences = ['1', '2', '7', '18446744073709551615', '0', '300'];
    const { answers, code } = await exchange(
      writer,
      sequences.map((sequence, i) => ({ sequence, request: { stream: streamed, batch: newBatch(i + 1) } })),
    );
    expect(code).toBe(status.OK);
    expect(answers.map(({ sequence }) => sequence).sort()).toEqual([...sequences].sort());
    for (const { sequence, ...answer } of answers) {
      expect(answer).toEqual({
        code: 0,
        message: '',
        retry_after_ms: 0,
        response: { accepted: sequences.indexOf(sequence) + 1, filtered: 0 },
      });
    }
    await kafka.waitForRecords(streamed, 21);
  });

  it('goes on after a refused message', async () => {
    const bad = batchOf(Buffer.from([2]));
    const { answers, code } = await exchange(writer, [
      { sequence: 1, request: { stream: logs, batch: newBatch(1) } },
      { sequence: 2, request: { stream: 'gw_e2e_no', batch: newBatch(1) } },
      { sequence: 3, request: { stream: logs, batch: bad } },
      { sequence: 4, request: { stream: derived, batch: newBatch(1) } },
      { sequence: 5 },
      { sequence: 6, request: { stream: 'something_else', batch: newBatch(1) } },
      { sequence: 7, request: { stream: logs, batch: newBatch(1), async: true } },
      { sequence: 8, request: { stream: logs, batch: batchOf(newEvent('x'.repeat(195_000))) } },
      { sequence: 9, request: { stream: logs, events: { events: [{}] } } },
    ]);
    expect(code).toBe(status.OK);
    const codes = Object.fromEntries(answers.map((answer) => [answer.sequence, answer.code]));
    expect(codes).toEqual({ 1: 0, 2: 5, 3: 3, 4: 9, 5: 3, 6: 7, 7: 0, 8: 8, 9: 0 });
    const byCode = (wanted: number): SendStreamResponse => answers.find((answer) => answer.code === wanted)!;
    expect(byCode(3).message).toContain('Event 0 ');
    expect(byCode(8).retry_after_ms).toBeGreaterThan(0);
    expect(byCode(5).response).toBeNull();
  });

  it('ends a call without a known key', async () => {
    expect(await exchange(undefined, [])).toMatchObject({ answers: [], code: status.UNAUTHENTICATED });
  });

  it('ends a call with a message that is too large', async () => {
    const { answers, code } = await exchange(writer, [
      { sequence: 1, request: { stream: logs, batch: newBatch(1) } },
      { sequence: 2, request: { stream: logs, batch: Buffer.alloc(MAX_MESSAGE) } },
    ]);
    expect(code).toBe(status.RESOURCE_EXHAUSTED);
    expect(answers.length).toBeLessThanOrEqual(1);
  });

  it('answers thousands of messages, many at once', async () => {
    const batch = newBatch(1);
    const messages = Array.from({ length: 5000 }, (_, i) => ({ sequence: i, request: { stream: logs, batch } }));
    const { answers, code } = await exchange(writer, messages);
    expect(code).toBe(status.OK);
    expect(new Set(answers.map(({ sequence }) => sequence)).size).toBe(5000);
    expect(answers.every((answer) => answer.code === 0)).toBe(true);
  });

  it('holds up a client that does not read its answers, and goes on when it reads', async () => {
    const counter = 'hercules_gateway_requests_total\\{receiver="grpc",method="SendStream",status="5"\\}';
    const before = await metric(counter);
    const session = connect(`http://127.0.0.1:${gateway.grpcPort}`);
    const call = session.request({
      ':method': 'POST',
      ':path': '/hercules.v1.Gateway/SendStream',
      'content-type': 'application/grpc',
      authorization: `Hercules apiKey ${writer}`,
    });
    // A message whose answer is longer than itself: { sequence: 1, request: { stream: "x", batch: "" } } and "there is no stream".
    const message = Buffer.from([0, 0, 0, 0, 12, 0x08, 1, 0x12, 8, 0x0a, 6, ...Buffer.from('gw_e2e')]);
    const count = 50_000;
    for (let i = 0; i < count; i += 1000) call.write(Buffer.concat(Array.from({ length: 1000 }, () => message)));
    call.end();
    const handled = async (): Promise<number> => (await metric(counter.replace('5', '7'))) + (await metric(counter)) - before;
    let last = -1;
    await waitFor('the gateway stops reading', async () => {
      const now = await handled();
      const isStill = now > 0 && now === last;
      last = now;
      return isStill;
    });
    expect(last).toBeLessThan(count);
    call.resume();
    await waitFor('all messages are answered', async () => (await handled()) >= count);
    session.destroy();
  });

  it('gives back what a cancelled call held', async () => {
    const call = client.sendStream(writer);
    call.on('error', () => undefined);
    for (let i = 0; i < 50; i++) call.write({ sequence: i, request: { stream: logs, batch: newBatch(10) } });
    await new Promise((resolve) => call.once('data', resolve));
    call.cancel();
    await waitFor('the permits are back', async () => (await metric('hercules_gateway_admitted_bytes')) === 0);
  });
});

describe('health and reflection', () => {
  it.each(['', 'hercules.v1.Gateway'])('says that %j is serving', async (service) => {
    expect(await client.unary('grpc.health.v1.Health', 'Check', { service })).toEqual({ status: 'SERVING' });
  });

  it('does not know other services', async () => {
    await expect(client.unary('grpc.health.v1.Health', 'Check', { service: 'other' })).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('lists and describes its services', async () => {
    interface Answer {
      readonly list_services_response: { readonly service: readonly { readonly name: string }[] };
      readonly file_descriptor_response: { readonly file_descriptor_proto: readonly Buffer[] };
    }
    const reflection = client.client('grpc.reflection.v1.ServerReflection') as unknown as {
      ServerReflectionInfo(): ClientDuplexStream<object, Answer>;
    };
    const call = reflection.ServerReflectionInfo();
    const answers: Answer[] = [];
    call.on('data', (answer: Answer) => answers.push(answer));
    call.write({ list_services: '*' });
    call.write({ file_containing_symbol: 'hercules.v1.Gateway' });
    await waitFor('both answers', () => answers.length === 2);
    call.end();
    expect(answers[0]!.list_services_response.service.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['hercules.v1.Gateway', 'grpc.health.v1.Health']),
    );
    expect(answers[1]!.file_descriptor_response.file_descriptor_proto[0]!.toString('latin1')).toContain('SendStream');
  });
});

describe('calls that no gRPC client makes', () => {
  interface RawAnswer {
    readonly status: number;
    readonly grpcStatus: string | undefined;
  }

  /** One call over plain HTTP/2 with these headers and bytes. */
  async function raw(headers: Record<string, string>, body: Buffer): Promise<RawAnswer> {
    const session = connect(`http://127.0.0.1:${gateway.grpcPort}`);
    try {
      return await new Promise((resolve, reject) => {
        const stream = session.request({ ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers', ...headers });
        let httpStatus = 0;
        let grpcStatus: string | undefined;
        stream.on('response', (response) => {
          httpStatus = Number(response[constants.HTTP2_HEADER_STATUS]);
          grpcStatus = response['grpc-status'] as string | undefined;
        });
        stream.on('trailers', (trailers) => (grpcStatus = trailers['grpc-status'] as string | undefined));
        stream.on('end', () => resolve({ status: httpStatus, grpcStatus }));
        stream.on('error', reject);
        stream.resume();
        stream.end(body);
      });
    } finally {
      session.close();
    }
  }

  const path = { ':path': '/hercules.v1.Gateway/Send', authorization: `Hercules apiKey ${writer}` };

  it.each<[string, Record<string, string>, Buffer, RawAnswer]>([
    ['another content type', { ...path, 'content-type': 'text/plain' }, Buffer.alloc(0), { status: 415, grpcStatus: undefined }],
    ['an unknown method', { ':path': '/hercules.v1.Gateway/Nothing' }, Buffer.alloc(0), { status: 200, grpcStatus: '12' }],
    ['an unknown encoding', { ...path, 'grpc-encoding': 'snappy' }, Buffer.alloc(0), { status: 200, grpcStatus: '12' }],
    ['no message', path, Buffer.alloc(0), { status: 200, grpcStatus: '13' }],
    ['half a message', path, Buffer.from([0, 0, 0, 0, 9, 1]), { status: 200, grpcStatus: '13' }],
    ['two messages', path, Buffer.alloc(10), { status: 200, grpcStatus: '3' }],
    ['bytes that are no protobuf', path, Buffer.from([0, 0, 0, 0, 1, 0xff]), { status: 200, grpcStatus: '3' }],
    ['a compressed message without an encoding', path, Buffer.from([1, 0, 0, 0, 1, 0xff]), { status: 200, grpcStatus: '3' }],
    ['a broken gzip message', { ...path, 'grpc-encoding': 'gzip' }, Buffer.from([1, 0, 0, 0, 1, 0xff]), { status: 200, grpcStatus: '3' }],
  ])('are answered: %s', async (_what, headers, body, answer) => {
    expect(await raw(headers, body)).toEqual(answer);
  });

  it('leave nothing behind', async () => {
    await waitFor('the permits are back', async () => (await metric('hercules_gateway_admitted_bytes')) === 0);
  });
});

it('never writes a key to its log', () => {
  for (const key of [writer, reader, other]) expect(gateway.output).not.toContain(key);
});
