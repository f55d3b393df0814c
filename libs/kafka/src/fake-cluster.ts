import { BROKER_ERROR } from './broker-error-codes.ts';
import type { ClusterAccess, RequestApi } from './cluster-access.ts';
import { FETCH_API } from './fetch-request.ts';
import { EARLIEST_OFFSET, LIST_OFFSETS_API } from './group-requests.ts';
import { fixtureBatch } from './record-batch-fixture.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** One partition's log in memory. */
export interface FakeLog {
  leader: number;
  start: number;
  end: number;
  batches: { base: number; last: number; bytes: Buffer }[];
  /** Error code to answer the next fetches with, one each. */
  errors: number[];
}

/** A request as it came in. */
export interface SeenFetch {
  nodeId: number;
  maxBytes: number;
  targets: { topic: string; partition: number; offset: number }[];
}

/** A cluster in memory that answers Fetch and ListOffsets; for unit tests. Other requests are answered by `handlers`. */
export class FakeCluster implements ClusterAccess {
  readonly logs = new Map<string, FakeLog>();
  readonly fetches: SeenFetch[] = [];
  readonly requests: { nodeId: number; api: RequestApi; body: Buffer }[] = [];
  readonly handlers = new Map<number, (body: Buffer, nodeId: number) => Buffer | Promise<Buffer>>();
  /** Node ids that do not answer. */
  readonly down = new Set<number>();
  refreshes = 0;
  coordinator = 1;
  closed = false;
  readonly #waiting = new Set<() => void>();

  connect(): Promise<void> {
    return Promise.resolve();
  }
  refreshMetadata(): Promise<void> {
    this.refreshes++;
    return Promise.resolve();
  }
  partitionCounts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const key of this.logs.keys()) {
      const topic = key.split('/')[0]!;
      counts.set(topic, (counts.get(topic) ?? 0) + 1);
    }
    return counts;
  }
  leaderOf(topic: string, partition: number): number {
    return this.logs.get(`${topic}/${partition}`)?.leader ?? -1;
  }
  findCoordinator(): Promise<number> {
    return Promise.resolve(this.coordinator);
  }
  close(): Promise<void> {
    this.closed = true;
    this.wake();
    return Promise.resolve();
  }

  /** Adds a partition. */
  log(topic: string, partition: number, leader = 1): FakeLog {
    const log: FakeLog = { leader, start: 0, end: 0, batches: [], errors: [] };
    this.logs.set(`${topic}/${partition}`, log);
    return log;
  }

  /** Appends one batch with these values. */
  append(topic: string, partition: number, ...values: string[]): void {
    const log = this.logs.get(`${topic}/${partition}`)!;
    this.appendBytes(log, fixtureBatch({ baseOffset: log.end, records: values.map((value) => ({ value })) }), values.length);
  }

  appendBytes(log: FakeLog, bytes: Buffer, count: number): void {
    log.batches.push({ base: log.end, last: log.end + count - 1, bytes });
    log.end += count;
    this.wake();
  }

  /** Ends the long polls that wait. */
  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  async request<T>(nodeId: number, api: RequestApi, body: Buffer, decode: (response: Buffer) => T): Promise<T> {
    this.requests.push({ nodeId, api, body });
    await new Promise((resolve) => setImmediate(resolve));
    if (this.down.has(nodeId)) throw new Error(`node ${nodeId} is down`);
    const handler = this.handlers.get(api.apiKey);
    if (handler !== undefined) return decode(await handler(body, nodeId));
    if (api.apiKey === FETCH_API.apiKey) return decode(await this.#fetch(nodeId, body));
    if (api.apiKey === LIST_OFFSETS_API.apiKey) return decode(this.#listOffsets(body));
    throw new Error(`${api.apiName} is not expected`);
  }

  async #fetch(nodeId: number, body: Buffer): Promise<Buffer> {
    const reader = new WireReader(body);
    reader.int32();
    const maxWaitMs = reader.int32();
    reader.int32();
    const maxBytes = reader.int32();
    reader.skip(9);
    const topics = reader.array((r) => ({
      topic: r.string(),
      partitions: r.array((p) => {
        const partition = p.int32();
        p.int32();
        const offset = p.int64();
        p.skip(12);
        return { partition, offset };
      }),
    }));
    const targets = topics.flatMap(({ topic, partitions }) => partitions.map((target) => ({ topic, ...target })));
    this.fetches.push({ nodeId, maxBytes, targets });
    if (!targets.some((target) => this.#hasAnswer(nodeId, target))) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, maxWaitMs);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    const writer = new WireWriter().int32(0).int16(0).int32(0);
    writer.array(targets, (out, { topic, partition, offset }) => {
      const log = this.logs.get(`${topic}/${partition}`);
      const errorCode = this.#errorOf(log, nodeId, offset);
      const records = errorCode !== 0 ? [] : log!.batches.filter((batch) => batch.last >= offset).map(({ bytes }) => bytes);
      out.string(topic).int32(1).int32(partition).int16(errorCode);
      out
        .int64(log?.end ?? -1)
        .int64(log?.end ?? -1)
        .int64(log?.start ?? -1)
        .int32(0)
        .sizedBytes(Buffer.concat(records));
    });
    return writer.bytes();
  }

  #hasAnswer(nodeId: number, target: { topic: string; partition: number; offset: number }): boolean {
    const log = this.logs.get(`${target.topic}/${target.partition}`);
    return log === undefined || log.errors.length > 0 || log.leader !== nodeId || target.offset !== log.end;
  }

  #errorOf(log: FakeLog | undefined, nodeId: number, offset: number): number {
    if (log === undefined) return BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION;
    const scripted = log.errors.shift();
    if (scripted !== undefined) return scripted;
    if (log.leader !== nodeId) return BROKER_ERROR.NOT_LEADER_OR_FOLLOWER;
    return offset < log.start || offset > log.end ? BROKER_ERROR.OFFSET_OUT_OF_RANGE : BROKER_ERROR.NONE;
  }

  #listOffsets(body: Buffer): Buffer {
    const reader = new WireReader(body, 5);
    const topics = reader.array((r) => ({
      topic: r.string(),
      partitions: r.array((p) => {
        const partition = p.int32();
        p.int32();
        return { partition, timestamp: p.int64() };
      }),
    }));
    return new WireWriter()
      .int32(0)
      .array(topics, (out, { topic, partitions }) =>
        out.string(topic).array(partitions, (inner, { partition, timestamp }) => {
          const log = this.logs.get(`${topic}/${partition}`);
          const offset = timestamp === EARLIEST_OFFSET ? log?.start : log?.end;
          inner
            .int32(partition)
            .int16(log === undefined ? 3 : 0)
            .int64(-1)
            .int64(offset ?? -1)
            .int32(-1);
        }),
      )
      .bytes();
  }
}

export const silentLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Waits until the condition holds; fails after 5 s. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come true within 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Lets everything happen that is ready to, so that a test can say that something did not. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}
