import type { AssignedOffset, PartitionOffset, RecordBlock, TopicPartition } from '@hercules/kafka';
import { BatchRefused, RejectedRecord, type SinkAdapter, type WriteReport } from './adapter.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { SettlementLedger } from './settlement.ts';
import { SinkLoop, type SinkConsumer } from './sink-loop.ts';

const SETTINGS = { batchSize: 4, batchBytes: 1000, lingerMs: 1, maxConcurrentWrites: 2, commitIntervalMs: 5, retryMinMs: 1, retryMaxMs: 4 };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function blockOf(topic: string, partition: number, firstOffset: number, values: readonly string[]): RecordBlock {
  const buffer = Buffer.from(values.join(''));
  const count = values.length;
  const block = {
    topic,
    partition,
    buffer,
    count,
    firstOffset,
    lastOffset: firstOffset + Math.max(0, count - 1),
    highWatermark: firstOffset + count,
    offsets: Float64Array.from(values, (_, i) => firstOffset + i),
    timestamps: new Float64Array(count),
    keyStarts: new Int32Array(count).fill(-1),
    keyEnds: new Int32Array(count).fill(-1),
    valueStarts: new Int32Array(count),
    valueEnds: new Int32Array(count),
  };
  let at = 0;
  values.forEach((value, i) => {
    block.valueStarts[i] = at;
    at += value.length;
    block.valueEnds[i] = at;
  });
  return block as unknown as RecordBlock;
}

/** Stands in for Kafka: remembers what the loop tells it. */
class RecordingConsumer implements SinkConsumer {
  readonly committed = new Map<string, number>();
  readonly commits: string[] = [];
  readonly notes: string[] = [];
  readonly paused: string[] = [];
  readonly resumed: string[] = [];
  released = 0;
  stopped = false;

  start(): Promise<void> {
    return Promise.resolve();
  }
  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
  pause(topic: string, partition: number): void {
    this.paused.push(`${topic}/${partition}`);
  }
  resume(topic: string, partition: number): void {
    this.resumed.push(`${topic}/${partition}`);
  }
  release(): void {
    this.released++;
  }
  commit(offsets: readonly PartitionOffset[]): Promise<void> {
    for (const { topic, partition, offset, metadata = '' } of offsets) {
      this.notes.push(metadata);
      this.committed.set(`${topic}/${partition}`, offset);
      this.commits.push(`${topic}/${partition}@${offset}`);
    }
    return Promise.resolve();
  }
  lag(): [] {
    return [];
  }
}

type Store = (values: readonly string[], attempt: number) => Promise<Partial<WriteReport>>;

/** An adapter whose batch is the list of values; `filter…` is dropped and `broken…` cannot be converted. */
class ListAdapter implements SinkAdapter<string[]> {
  readonly written: string[][] = [];
  readonly #store: Store;

  constructor(store: Store = () => Promise.resolve({})) {
    this.#store = store;
  }
  createBatch(): string[] {
    return [];
  }
  resetBatch(batch: string[]): void {
    batch.length = 0;
  }
  batchBytes(batch: string[]): number {
    return batch.join('').length;
  }
  add(batch: string[], block: RecordBlock, index: number): boolean {
    const value = block.buffer.toString('utf8', block.valueStarts[index], block.valueEnds[index]);
    if (value.startsWith('filter')) return false;
    if (value.startsWith('broken')) throw new RejectedRecord('undecodable', `cannot read ${value}`);
    batch.push(value);
    return true;
  }
  async write(batch: string[]): Promise<WriteReport> {
    this.written.push([...batch]);
    return { failures: [], duplicated: 0, ...(await this.#store([...batch], this.written.length)) };
  }
}

/** Writes down what it hears; its notes say how far that goes. */
class RecordingLedger implements SettlementLedger {
  readonly heard: string[] = [];
  readonly #next = new Map<string, number>();
  assigned(positions: readonly AssignedOffset[]): void {
    for (const { topic, partition, committed, metadata } of positions)
      this.heard.push(`assigned ${topic}/${partition}@${committed} ${metadata}`);
  }
  settled({ topic, partition, firstOffset, lastOffset, count }: RecordBlock, outcomes: Uint8Array): void {
    this.heard.push(`settled ${firstOffset}-${lastOffset}: ${[...outcomes.subarray(0, count)].join('')}`);
    this.#next.set(`${topic}/${partition}`, lastOffset + 1);
  }
  beforeCommit(): Promise<void> {
    this.heard.push('before a commit');
    return Promise.resolve();
  }
  note(topic: string, partition: number): string {
    return `to ${this.#next.get(`${topic}/${partition}`)}`;
  }
  revoked(partitions: readonly TopicPartition[]): void {
    this.heard.push(`revoked ${partitions.map(({ topic, partition }) => `${topic}/${partition}`).join()}`);
  }
}

class LetterBox {
  readonly letters: DeadLetter[] = [];
  failures = 0;
  send(letters: readonly DeadLetter[]): Promise<void> {
    if (this.failures-- > 0) return Promise.reject(new Error('Kafka does not answer'));
    this.letters.push(...letters);
    return Promise.resolve();
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 5 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('SinkLoop', () => {
  let loop: SinkLoop<string[]>;
  let consumer: RecordingConsumer;
  let letterBox: LetterBox;

  async function start(adapter: ListAdapter, settings: Partial<typeof SETTINGS> = {}, ledger?: SettlementLedger): Promise<void> {
    consumer = new RecordingConsumer();
    letterBox = new LetterBox();
    loop = new SinkLoop(adapter, letterBox, { ...SETTINGS, ...settings }, silent, ledger);
    await loop.start(consumer);
  }

  afterEach(async () => {
    await loop.stop();
    expect(consumer.stopped).toBe(true);
  });

  it('writes in batches of at most batchSize and commits the offset after the last record', async () => {
    const adapter = new ListAdapter();
    await start(adapter);
    loop.onBlock(blockOf('logs', 0, 100, ['a', 'b', 'c', 'd', 'e']));
    await until(() => consumer.committed.get('logs/0') === 105);
    expect(adapter.written).toEqual([['a', 'b', 'c', 'd'], ['e']]);
    expect(loop.counters).toMatchObject({ consumedRecords: 5, writtenRecords: 5, retriedRecords: 0 });
    expect(consumer.released).toBe(1);
  });

  it('never commits past an unfinished block, whatever finishes first', async () => {
    const open = new Map<string, () => void>();
    const adapter = new ListAdapter(async (values) => {
      await new Promise<void>((resolve) => open.set(values[0]!, resolve));
      return {};
    });
    await start(adapter, { batchSize: 2 });
    loop.onBlock(blockOf('logs', 0, 0, ['a', 'b']));
    loop.onBlock(blockOf('logs', 0, 2, ['c', 'd']));
    await until(() => open.size === 2);
    open.get('c')!();
    await until(() => loop.counters.writtenRecords === 2);
    expect(consumer.commits).toEqual([]);
    open.get('a')!();
    await until(() => consumer.commits.length > 0);
    expect(consumer.commits).toEqual(['logs/0@4']);
  });

  it('finishes filtered records without a write', async () => {
    const adapter = new ListAdapter();
    await start(adapter);
    loop.onBlock(blockOf('logs', 0, 7, ['filter1', 'filter2']));
    await until(() => consumer.committed.get('logs/0') === 9);
    expect(adapter.written).toEqual([]);
    expect(loop.counters.filteredRecords).toBe(2);
  });

  it('commits a block that holds no record', async () => {
    await start(new ListAdapter());
    loop.onBlock({ ...blockOf('logs', 0, 40, []), lastOffset: 44 });
    await until(() => consumer.committed.get('logs/0') === 45);
  });

  it('writes a record again that the store turned away, with its partition paused meanwhile', async () => {
    let refusals = 2;
    const adapter = new ListAdapter((values) => {
      const item = values.indexOf('b');
      if (item < 0 || refusals-- <= 0) return Promise.resolve({});
      return Promise.resolve({ failures: [{ item, outcome: 'retry', reason: 'es_rejected_execution_exception', error: 'queue full' }] });
    });
    await start(adapter);
    loop.onBlock(blockOf('logs', 3, 0, ['a', 'b', 'c']));
    await until(() => consumer.committed.get('logs/3') === 3);
    expect(adapter.written).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
    expect(consumer.paused).toEqual(['logs/3']);
    expect(consumer.resumed).toEqual(['logs/3']);
    expect(loop.counters).toMatchObject({ writtenRecords: 3, retriedRecords: 2 });
  });

  it('sends what can never be written to the dead letters before it commits', async () => {
    const adapter = new ListAdapter((values) => {
      const item = values.indexOf('bad');
      return Promise.resolve(
        item < 0 ? {} : { failures: [{ item, outcome: 'dead', reason: 'mapper_parsing_exception', error: 'no number' }] },
      );
    });
    await start(adapter);
    letterBox.failures = 2;
    loop.onBlock(blockOf('logs', 0, 10, ['a', 'bad', 'broken', 'c']));
    await until(() => consumer.committed.get('logs/0') === 14);
    expect(letterBox.letters.map(({ index, reason, error }) => ({ index, reason, error }))).toEqual([
      { index: 2, reason: 'undecodable', error: 'cannot read broken' },
      { index: 1, reason: 'mapper_parsing_exception', error: 'no number' },
    ]);
    expect(loop.counters).toMatchObject({ writtenRecords: 2, deadLetteredRecords: 2 });
  });

  it('repeats the same write while the store cannot be used, and commits nothing until it can', async () => {
    let down = true;
    const adapter = new ListAdapter(() => (down ? Promise.reject(new Error('connection refused')) : Promise.resolve({})));
    await start(adapter);
    loop.onBlock(blockOf('logs', 0, 0, ['a']));
    await until(() => adapter.written.length >= 3);
    expect(consumer.commits).toEqual([]);
    expect(loop.counters.storeAvailable).toBe(0);
    expect(loop.concurrencyLimit).toBe(1);
    down = false;
    await until(() => consumer.committed.get('logs/0') === 1);
    expect(loop.counters).toMatchObject({ storeAvailable: 1, writtenRecords: 1, deadLetteredRecords: 0 });
  });

  it('halves a refused write until the one record to blame is alone', async () => {
    const adapter = new ListAdapter((values) =>
      values.includes('huge') ? Promise.reject(new BatchRefused('request_too_large', 'too large')) : Promise.resolve({}),
    );
    await start(adapter);
    loop.onBlock(blockOf('logs', 0, 0, ['a', 'b', 'huge', 'd']));
    await until(() => consumer.committed.get('logs/0') === 4);
    expect(letterBox.letters.map(({ index, reason }) => [index, reason])).toEqual([[2, 'request_too_large']]);
    expect(loop.counters).toMatchObject({ writtenRecords: 3, deadLetteredRecords: 1 });
  });

  it('on revocation waits for the write under way, commits it, and leaves the rest to the next owner', async () => {
    let finish: () => void = () => undefined;
    const adapter = new ListAdapter(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return {};
    });
    await start(adapter, { batchSize: 1, maxConcurrentWrites: 1 });
    loop.onBlock(blockOf('logs', 0, 0, ['a']));
    loop.onBlock(blockOf('logs', 0, 1, ['b']));
    await until(() => adapter.written.length === 1);
    const revoked = loop.onRevoked([{ topic: 'logs', partition: 0 }]);
    finish();
    await revoked;
    expect(consumer.commits).toEqual(['logs/0@1']);
    expect(consumer.released).toBe(2);
    expect(adapter.written).toEqual([['a']]);
    expect(loop.pendingRecords).toBe(0);
  });

  it('tells the ledger how every record has ended, in the order of offsets, and commits its notes', async () => {
    const ledger = new RecordingLedger();
    const open = new Map<string, () => void>();
    const adapter = new ListAdapter(async (values) => {
      await new Promise<void>((resolve) => open.set(values[0]!, resolve));
      const item = values.indexOf('bad');
      const failures = item < 0 ? [] : [{ item, outcome: 'dead' as const, reason: 'r', error: 'e' }];
      return {
        failures,
        duplicated: values.includes('twice') ? 1 : 0,
        duplicatedItems: values.flatMap((value, i) => (value === 'twice' ? [i] : [])),
      };
    });
    await start(adapter, { batchSize: 4 }, ledger);
    loop.onAssigned([{ topic: 'logs', partition: 0, committed: 5, metadata: 'to 5' }]);
    loop.onBlock(blockOf('logs', 0, 5, ['a', 'filter', 'twice', 'broken', 'bad']));
    loop.onBlock(blockOf('logs', 0, 10, ['b', 'c', 'd', 'e']));
    await until(() => open.size === 2);
    for (const name of [...open.keys()].reverse()) open.get(name)!();
    await until(() => consumer.committed.get('logs/0') === 14);
    await loop.onRevoked([{ topic: 'logs', partition: 0 }]);
    expect(ledger.heard.filter((line) => line !== 'before a commit')).toEqual([
      'assigned logs/0@5 to 5',
      'settled 5-9: 02133',
      'settled 10-13: 0000',
      'revoked logs/0',
    ]);
    expect(ledger.heard).toContain('before a commit');
    expect(consumer.notes).toEqual(consumer.commits.map((commit) => `to ${commit.split('@')[1]}`));
  });

  it('stops at once while the store is down, without a commit', async () => {
    const adapter = new ListAdapter(() => Promise.reject(new Error('connection refused')));
    await start(adapter, { retryMinMs: 60_000, retryMaxMs: 60_000 });
    loop.onBlock(blockOf('logs', 0, 0, ['a']));
    await until(() => loop.counters.storeAvailable === 0);
    await loop.stop();
    expect(consumer.commits).toEqual([]);
  });

  it('lowers its concurrency when the store is overloaded and raises it again', async () => {
    let overloaded = true;
    const adapter = new ListAdapter(() => Promise.resolve({ overloaded }));
    await start(adapter, { batchSize: 1 });
    loop.onBlock(blockOf('logs', 0, 0, ['a']));
    await until(() => loop.counters.writtenRecords === 1);
    expect(loop.concurrencyLimit).toBe(1);
    overloaded = false;
    loop.onBlock(
      blockOf(
        'logs',
        0,
        1,
        Array.from({ length: 20 }, (_, i) => `${i}`),
      ),
    );
    await until(() => loop.counters.writtenRecords === 21);
    expect(loop.concurrencyLimit).toBe(2);
  });

  it('prepares the store before the first write, as often as it takes', async () => {
    let preparations = 0;
    const adapter = Object.assign(new ListAdapter(), {
      prepare: () => (++preparations < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve()),
    });
    await start(adapter);
    loop.onBlock(blockOf('logs', 0, 0, ['a']));
    await until(() => consumer.committed.get('logs/0') === 1);
    expect(preparations).toBe(3);
  });
});
