import type { Delivery } from '@hercules/kafka';
import { encodeBatch, HerculesError, tag, type HerculesEvent } from '@hercules/protocol';
import { BatchIntake, type BatchSubmission, type EventProducer } from './batch-intake.ts';
import { FailureLog } from './failure-log.ts';
import { IntakeCounters } from './intake-counters.ts';
import { createDefaultPartitioner } from './partitioner.ts';
import type { StreamRoute } from './stream-access.ts';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Remembers what is appended; Kafka's side is played by the test. */
class FakeProducer {
  partitions = 3;
  room = true;
  bufferedBytes = 0;
  prepared = 0;
  refreshed = 0;
  prepare: () => Promise<number> = () => Promise.resolve((this.partitions = 3));
  roomWaiters: ((hasRoom: boolean) => void)[] = [];
  readonly records: { topic: string; partition: number; key: string; value: string; timestampMs: number }[] = [];
  readonly deliveries = new Set<Delivery>();

  partitionCount(): number {
    return this.partitions;
  }

  prepareTopic(): Promise<number> {
    this.prepared++;
    return this.prepare();
  }

  hasRoom(): boolean {
    return this.room;
  }

  waitForRoom(): Promise<boolean> {
    return new Promise((resolve) => this.roomWaiters.push(resolve));
  }

  append(
    topic: string,
    partition: number,
    key: Buffer,
    keyStart: number,
    keyEnd: number,
    value: Buffer,
    valueStart: number,
    valueEnd: number,
    timestampMs: number,
    delivery: Delivery,
  ): void {
    this.records.push({
      topic,
      partition,
      key: key.toString('hex', keyStart, keyEnd),
      value: value.toString('hex', valueStart, valueEnd),
      timestampMs,
    });
    if (!this.deliveries.has(delivery)) delivery.batchAdded();
    this.deliveries.add(delivery);
  }

  /** Kafka answers for everything that was appended. */
  answer(error?: HerculesError): void {
    for (const delivery of this.deliveries) delivery.batchDone(error);
    this.deliveries.clear();
  }
}

class RecordingSubmission implements BatchSubmission {
  readonly route: StreamRoute;
  readonly log: string[] = [];
  isAbandoned = false;
  taken = 0;
  readonly #batch: Buffer;

  constructor(batch: Buffer, route: Partial<StreamRoute> = {}) {
    this.#batch = batch;
    this.route = {
      topic: 'logs',
      expectedPartitions: 3,
      partitioner: createDefaultPartitioner('round-robin', 1),
      filter: undefined,
      quota: undefined,
      ...route,
    };
  }

  get batchLength(): number {
    return this.#batch.length;
  }

  takeBatch(): Buffer {
    this.taken++;
    return this.#batch;
  }

  onAppended(accepted: number, filtered: number): void {
    this.log.push(`appended ${accepted} ${filtered}`);
  }

  onDelivered(error: HerculesError | undefined): void {
    this.log.push(`delivered ${error?.code ?? 'ok'}`);
  }

  onRefused(error: HerculesError): void {
    this.log.push(`refused ${error.code}: ${error.message}`);
  }
}

function eventOf(i: number): HerculesEvent {
  const uuid = `00000000-0000-1000-8000-${i.toString(16).padStart(12, '0')}`;
  return { version: 1, timestamp: 1n, uuid, payload: new Map([['n', tag.integer(i)]]) };
}

function setUp(options: { maxEventSize?: number } = {}): { producer: FakeProducer; intake: BatchIntake } {
  const producer = new FakeProducer();
  const intake = new BatchIntake(
    producer as unknown as EventProducer,
    { limits: options, roomTimeoutMs: 1000, maxBufferedBytes: 10_000, refreshTopics: () => Promise.resolve(void producer.refreshed++) },
    new IntakeCounters(),
    new FailureLog(SILENT),
  );
  return { producer, intake };
}

const BATCH = encodeBatch([eventOf(1), eventOf(2), eventOf(3)]);

/** Lets promises that are settled already run their continuations. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('BatchIntake', () => {
  it('charges the quota for what passes the filter, and refuses without a look at the batch while it is used up', () => {
    const { producer, intake } = setUp();
    const charged: number[][] = [];
    const refusals: HerculesError[] = [];
    const quota = { refusal: () => refusals[0], charge: (...use: number[]) => charged.push(use) };
    let events = 0;
    intake.submit(new RecordingSubmission(BATCH, { quota, filter: { accepts: () => events++ > 0 } }));
    expect(charged).toEqual([[2, BATCH.length]]);
    refusals.push(new HerculesError('QUOTA_EXCEEDED', 'used up'));
    const refused = new RecordingSubmission(BATCH, { quota });
    intake.submit(refused);
    expect([refused.log, refused.taken]).toEqual([['refused QUOTA_EXCEEDED: used up'], 0]);
    expect(producer.records).toHaveLength(2);
  });

  it('appends every event with its uuid as the key and its bytes as the value', () => {
    const { producer, intake } = setUp();
    const submission = new RecordingSubmission(BATCH);
    const before = Date.now();
    intake.submit(submission);
    expect(submission.log).toEqual(['appended 3 0']);
    expect(producer.records.map((record) => record.key)).toEqual([1, 2, 3].map((i) => eventOf(i).uuid.replaceAll('-', '')));
    expect(`00000003${producer.records.map((record) => record.value).join('')}`).toBe(BATCH.toString('hex'));
    expect(producer.records[0]!.timestampMs).toBeGreaterThanOrEqual(before);
    expect(intake.counters).toMatchObject({ acceptedEvents: 3, filteredEvents: 0, acceptedBytes: BATCH.length });
    producer.answer();
    expect(submission.log).toEqual(['appended 3 0', 'delivered ok']);
  });

  it('passes on that Kafka has failed', () => {
    const { producer, intake } = setUp();
    const submission = new RecordingSubmission(BATCH);
    intake.submit(submission);
    producer.answer(new HerculesError('KAFKA_UNAVAILABLE', 'gone'));
    expect(submission.log).toEqual(['appended 3 0', 'delivered KAFKA_UNAVAILABLE']);
    expect(intake.counters.failedBatches).toBe(1);
  });

  it('ignores bytes after the last event', () => {
    const { producer, intake } = setUp();
    intake.submit(new RecordingSubmission(Buffer.concat([BATCH, Buffer.from('more')])));
    expect(`00000003${producer.records.map((record) => record.value).join('')}`).toBe(BATCH.toString('hex'));
  });

  it('reports an empty batch as delivered', () => {
    const { producer, intake } = setUp();
    const submission = new RecordingSubmission(Buffer.alloc(4));
    intake.submit(submission);
    expect(submission.log).toEqual(['appended 0 0', 'delivered ok']);
    expect(producer.records).toEqual([]);
  });

  it.each([
    ['no bytes', Buffer.alloc(0), 'MALFORMED_BATCH', /The batch ends after 0 bytes/],
    ['three bytes', Buffer.alloc(3), 'MALFORMED_BATCH', /The batch ends after 3 bytes/],
    ['a negative count', Buffer.from([0xff, 0xff, 0xff, 0xff]), 'MALFORMED_BATCH', /./],
    [
      'a batch that ends too early',
      BATCH.subarray(0, BATCH.length - 1),
      'INVALID_EVENT',
      /^Event 2 of the batch is not acceptable, at byte \d+: /,
    ],
    ['a count that is too large', Buffer.concat([Buffer.from([0, 0, 0, 4]), BATCH.subarray(4)]), 'INVALID_EVENT', /^Event 3 /],
  ])('refuses %s and appends nothing', (_what, batch, code, message) => {
    const { producer, intake } = setUp();
    const submission = new RecordingSubmission(batch);
    intake.submit(submission);
    expect(submission.log).toHaveLength(1);
    expect(submission.log[0]).toMatch(new RegExp(`^refused ${code}: ${message.source.replace('^', '')}`));
    expect(producer.records).toEqual([]);
  });

  it('keeps the limit on the size of an event', () => {
    const size = (BATCH.length - 4) / 3;
    const refused = new RecordingSubmission(BATCH);
    setUp({ maxEventSize: size - 1 }).intake.submit(refused);
    expect(refused.log[0]).toMatch(/^refused INVALID_EVENT: Event 0 /);
    const accepted = new RecordingSubmission(BATCH);
    setUp({ maxEventSize: size }).intake.submit(accepted);
    expect(accepted.log).toEqual(['appended 3 0']);
  });

  it('drops the events that the filter does not accept', () => {
    const { producer, intake } = setUp();
    const filter = { accepts: (buf: Buffer, _start: number, end: number) => buf[end - 1] !== 2 };
    const submission = new RecordingSubmission(BATCH, { filter });
    intake.submit(submission);
    expect(submission.log).toEqual(['appended 2 1']);
    expect(producer.records.map((record) => record.value.slice(-2))).toEqual(['01', '03']);
    expect(intake.counters).toMatchObject({ acceptedEvents: 2, filteredEvents: 1 });
  });

  it('reports a batch of which nothing is left as delivered', () => {
    const { intake } = setUp();
    const submission = new RecordingSubmission(BATCH, { filter: { accepts: () => false } });
    intake.submit(submission);
    expect(submission.log).toEqual(['appended 0 3', 'delivered ok']);
  });

  it('appends nothing when the filter fails on a later event', () => {
    const { producer, intake } = setUp();
    const accepts = (buf: Buffer, _start: number, end: number): boolean => {
      if (buf[end - 1] === 3) throw new HerculesError('INVALID_EVENT', 'no');
      return true;
    };
    const submission = new RecordingSubmission(BATCH, { filter: { accepts } });
    intake.submit(submission);
    expect(submission.log).toEqual(['refused INVALID_EVENT: no']);
    expect(producer.records).toEqual([]);
  });

  it('does not tell unexpected errors to the client', () => {
    const { intake } = setUp();
    const accepts = (): boolean => {
      throw new TypeError('internal detail');
    };
    const submission = new RecordingSubmission(BATCH, { filter: { accepts } });
    intake.submit(submission);
    expect(submission.log[0]).toMatch(/^refused INTERNAL: (?!.*internal detail)/);
  });

  it('asks for a topic that it does not know yet', async () => {
    const { producer, intake } = setUp();
    producer.partitions = 0;
    const submission = new RecordingSubmission(BATCH);
    intake.submit(submission);
    expect(submission.log).toEqual([]);
    await settle();
    expect(submission.log).toEqual(['appended 3 0']);
    expect(producer.prepared).toBe(1);
  });

  it('refuses with a retry when Kafka has no such topic', async () => {
    const { producer, intake } = setUp();
    producer.partitions = 0;
    producer.prepare = () => Promise.reject(new HerculesError('STREAM_NOT_FOUND', 'no topic'));
    const submission = new RecordingSubmission(BATCH);
    intake.submit(submission);
    await settle();
    expect(submission.log[0]).toMatch(/^refused KAFKA_UNAVAILABLE/);
    expect(submission.taken).toBe(0);
  });

  it('goes on with fewer partitions than the metadata say and asks again, but not with every batch', () => {
    const { producer, intake } = setUp();
    for (let i = 0; i < 10; i++) intake.submit(new RecordingSubmission(BATCH, { expectedPartitions: 9 }));
    expect(producer.records).toHaveLength(30);
    expect([producer.prepared, producer.refreshed]).toEqual([0, 1]);
  });

  it('waits for room, and unpacks the batch only then', async () => {
    const { producer, intake } = setUp();
    intake.submit(new RecordingSubmission(BATCH));
    producer.room = false;
    const submission = new RecordingSubmission(BATCH);
    intake.submit(submission);
    await settle();
    expect([submission.log, submission.taken]).toEqual([[], 0]);
    producer.room = true;
    producer.roomWaiters.forEach((resolve) => resolve(true));
    await settle();
    expect(submission.log).toEqual(['appended 3 0']);
    expect(intake.counters.delayedBatches).toBe(1);
  });

  it('waits again when others were faster', async () => {
    const { producer, intake } = setUp();
    intake.submit(new RecordingSubmission(BATCH));
    producer.room = false;
    const submission = new RecordingSubmission(BATCH);
    intake.submit(submission);
    producer.roomWaiters.splice(0).forEach((resolve) => resolve(true));
    await settle();
    expect(submission.log).toEqual([]);
    expect(producer.roomWaiters).toHaveLength(1);
  });

  it('lets nobody overtake who waits', async () => {
    const { producer, intake } = setUp();
    intake.submit(new RecordingSubmission(BATCH));
    producer.room = false;
    const [first, second] = [new RecordingSubmission(BATCH), new RecordingSubmission(BATCH)];
    intake.submit(first);
    producer.room = true;
    intake.submit(second);
    await settle();
    expect([first.log, second.log]).toEqual([[], []]);
    producer.roomWaiters.splice(0).forEach((resolve) => resolve(true));
    await settle();
    expect([first.log, second.log]).toEqual([['appended 3 0'], ['appended 3 0']]);
    const third = new RecordingSubmission(BATCH);
    intake.submit(third);
    expect(third.log).toEqual(['appended 3 0']);
  });

  it('tells a client whose events the stop cut off that it may repeat them', () => {
    const { producer, intake } = setUp();
    const submission = new RecordingSubmission(BATCH);
    intake.submit(submission);
    producer.answer(new HerculesError('SHUTTING_DOWN', 'closed'));
    expect(submission.log).toEqual(['appended 3 0', 'delivered KAFKA_UNAVAILABLE']);
  });

  it.each([
    ['STREAM_NOT_FOUND', 'KAFKA_UNAVAILABLE'],
    ['PAYLOAD_TOO_LARGE', 'INTERNAL'],
    ['INTERNAL', 'INTERNAL'],
  ] as const)('never answers with a refusal once events were taken: %s becomes %s', (failure, answer) => {
    const { producer, intake } = setUp();
    const submission = new RecordingSubmission(BATCH);
    intake.submit(submission);
    producer.answer(new HerculesError(failure, 'Kafka says no'));
    expect(submission.log).toEqual(['appended 3 0', `delivered ${answer}`]);
  });

  it('gives up what its client does not wait for any more', async () => {
    const { producer, intake } = setUp();
    intake.submit(new RecordingSubmission(BATCH));
    producer.room = false;
    const submission = new RecordingSubmission(BATCH);
    intake.submit(submission);
    submission.isAbandoned = true;
    producer.room = true;
    producer.roomWaiters.forEach((resolve) => resolve(true));
    await settle();
    expect(submission.log[0]).toMatch(/^refused/);
    expect(submission.taken).toBe(0);
  });

  describe('with a clock', () => {
    beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
    afterEach(() => jest.useRealTimers());

    it('refuses at once when Kafka has been silent with a full buffer', () => {
      const { producer, intake } = setUp();
      intake.submit(new RecordingSubmission(BATCH));
      producer.bufferedBytes = 9_999;
      producer.room = false;
      jest.advanceTimersByTime(2500);
      const submission = new RecordingSubmission(BATCH);
      intake.submit(submission);
      expect(submission.log[0]).toMatch(/^refused KAFKA_UNAVAILABLE/);
    });

    it('does not take a time without traffic for a silence', () => {
      const { producer, intake } = setUp();
      jest.advanceTimersByTime(60_000);
      intake.submit(new RecordingSubmission(BATCH));
      producer.bufferedBytes = 9_999;
      producer.room = false;
      const submission = new RecordingSubmission(BATCH);
      intake.submit(submission);
      expect(submission.log).toEqual([]);
    });

    it('throttles when the room does not come in time', async () => {
      const { producer, intake } = setUp();
      intake.submit(new RecordingSubmission(BATCH));
      producer.bufferedBytes = 9_999;
      producer.room = false;
      const submission = new RecordingSubmission(BATCH);
      intake.submit(submission);
      jest.advanceTimersByTime(1000);
      producer.roomWaiters.forEach((resolve) => resolve(false));
      await jest.advanceTimersByTimeAsync(1);
      expect(submission.log[0]).toMatch(/^refused THROTTLED/);
    });
  });
});
