import { connect, type Socket } from 'node:net';
import { HerculesError } from '@hercules/protocol';
import { waitUntil } from '@hercules/service/testing';
import type { BatchSubmission } from '../../batch-intake.ts';
import type { EventBatches } from './event-batches.ts';
import type { LineCounters } from './line-counters.ts';
import { LineFraming } from './line-framing.ts';
import { createLineListener, type LineListener } from './line-listener.ts';
import { RefusedMessage } from './message-reader.ts';
import { TcpReceiver } from './tcp-receiver.ts';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const LINE_BYTES = 100;
const UUID = Buffer.alloc(16, 1);

/** Kafka's side is played by the test: batches wait until it answers. */
class HeldIntake {
  readonly waiting: BatchSubmission[] = [];
  taken: Buffer[] = [];
  answersAtOnce: HerculesError | 'ok' | undefined;

  submit(submission: BatchSubmission): void {
    this.waiting.push(submission);
    if (this.answersAtOnce !== undefined) this.answer(this.answersAtOnce);
  }

  answer(how: HerculesError | 'ok'): void {
    for (const submission of this.waiting.splice(0)) {
      const batch = submission.takeBatch();
      submission.onAppended(1, 0);
      if (how === 'ok') this.taken.push(Buffer.from(batch));
      submission.onDelivered(how === 'ok' ? undefined : how);
    }
  }

  /** Lines that Kafka has, however often. */
  get lines(): number {
    return this.taken.reduce((sum, batch) => sum + batch.readInt32BE(0), 0);
  }
}

let intake: HeldIntake;
let listener: LineListener;
let receiver: TcpReceiver;
let port: number;
let client: Socket;
let access: { known: boolean };

async function start(
  config: { maxHeldBytes?: number; maxHeldBytesPerConnection?: number; maxConnections?: number } = {},
): Promise<LineCounters> {
  intake = new HeldIntake();
  access = { known: true };
  const route = { route: { topic: 'lines' } };
  const context = {
    intake: intake as never,
    access: { key: () => (access.known ? { stream: () => route } : undefined) } as never,
    logger: SILENT,
    anonymousApiKey: 'key',
    maxEventSizeBytes: 1000,
  };
  const settings = { apiKey: undefined, maxHeldBytes: 10_000_000, maxHeldBytesPerConnection: 100_000, ...config };
  const converter = {
    convert(buf: Buffer, begin: number, end: number, _sender: string, batches: EventBatches) {
      if (buf[begin] === 0x23) throw new RefusedMessage('comment', 'it is a comment');
      batches.begin('lines', 1n, UUID).stringBytes('line', buf, begin, end);
      batches.end();
    },
  };
  listener = createLineListener(context, settings, converter, 'test', 'test');
  const options = { host: '127.0.0.1', port: 0, tls: undefined, maxConnections: 10, idleTimeoutMs: 60_000, ...config };
  receiver = new TcpReceiver(listener.parts, options, listener.reader, () => new LineFraming(1000));
  port = await receiver.start();
  client = connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  return listener.counters;
}

afterEach(async () => {
  client.destroy();
  await receiver.stop(100);
});

const lines = (count: number): string => `${'x'.repeat(LINE_BYTES - 1)}\n`.repeat(count);

it('holds the sender back while Kafka does not acknowledge, and takes everything in the end', async () => {
  const counters = await start();
  const total = 200_000;
  let isFlushed = false;
  client.write(lines(total), () => (isFlushed = true));
  await waitUntil('something is held', 5000, () => counters.heldBytes >= 100_000);
  // What is under way in the kernel's buffers is not much: the sender has most of its 20 MB still.
  expect(isFlushed).toBe(false);
  expect(counters.received).toBeLessThan(total / 2);
  intake.answersAtOnce = 'ok';
  intake.answer('ok');
  await waitUntil('all is taken', 20_000, () => intake.lines === total);
  expect([counters.received, counters.heldBytes, listener.parts.admission.inUse]).toEqual([total, 0, 0]);
});

it('gives the same bytes to Kafka until it has them', async () => {
  const counters = await start();
  client.write(lines(1));
  for (const error of [new HerculesError('KAFKA_UNAVAILABLE', 'away'), new HerculesError('INTERNAL', 'who knows')]) {
    await waitUntil('a batch waits', 5000, () => intake.waiting.length === 1);
    intake.answer(error);
  }
  const quota = new HerculesError('QUOTA_EXCEEDED', 'used up', { details: { retryAfterMs: 1 } });
  await waitUntil('a batch waits', 5000, () => intake.waiting.length === 1);
  intake.answer(quota);
  await waitUntil('a batch waits', 5000, () => intake.waiting.length === 1);
  intake.answer('ok');
  await waitUntil('it is taken', 5000, () => intake.lines === 1);
  expect(counters.repeats).toBe(3);
});

it('waits for a key that is not known yet', async () => {
  const counters = await start();
  access.known = false;
  client.write(lines(1));
  await waitUntil('it is held', 5000, () => counters.heldBytes > 0);
  expect(intake.waiting).toEqual([]);
  access.known = true;
  intake.answersAtOnce = 'ok';
  await waitUntil('it is taken', 5000, () => intake.lines === 1);
});

it('does not read while there is no memory, whichever connection has it', async () => {
  const counters = await start({ maxHeldBytes: 1_048_576, maxHeldBytesPerConnection: 10_000_000 });
  client.write(lines(50_000));
  await waitUntil('the memory is full', 5000, () => listener.parts.admission.waiting > 0);
  expect(counters.received).toBeLessThan(1_048_576 / 4 / LINE_BYTES + 1000);
  intake.answersAtOnce = 'ok';
  intake.answer('ok');
  await waitUntil('all is taken', 20_000, () => intake.lines === 50_000);
  expect(listener.parts.admission.inUse).toBe(0);
});

it('counts what is refused by its reason, and goes on', async () => {
  const counters = await start();
  intake.answersAtOnce = 'ok';
  client.end(`# comment\n${'y'.repeat(2000)}\n${lines(2)}cut off`);
  await waitUntil('the connection is over', 5000, () => counters.received === 5 && counters.connections === 0);
  expect(Object.fromEntries(counters.refused)).toEqual({ comment: 1, 'too-long': 1, unended: 1 });
  expect(intake.lines).toBe(2);
});

it('stops when Kafka has what was read, and counts what it had to leave', async () => {
  const counters = await start();
  client.write(lines(3));
  await waitUntil('it waits for Kafka', 5000, () => intake.waiting.length === 1);
  const stopped = receiver.stop(20_000);
  client.write(lines(1));
  await waitUntil('the last line is read', 5000, () => counters.received === 4);
  intake.answersAtOnce = 'ok';
  intake.answer('ok');
  await stopped;
  expect([intake.lines, counters.heldBytes]).toEqual([4, 0]);
});

it('does not wait for ever', async () => {
  const counters = await start();
  access.known = false;
  client.write(lines(3));
  await waitUntil('it is held', 5000, () => counters.heldBytes > 0);
  await receiver.stop(50);
  expect(Object.fromEntries(counters.refused)).toEqual({ stopped: 3 });
});

it('needs an API key', () => {
  const context = { intake, access, logger: SILENT, anonymousApiKey: undefined, maxEventSizeBytes: 1 } as never;
  const settings = { apiKey: undefined, maxHeldBytes: 1_048_576, maxHeldBytesPerConnection: 1 };
  expect(() => createLineListener(context, settings, { convert: () => undefined }, 'x', 'graphite')).toThrow(/graphite\.apiKey is missing/);
});
