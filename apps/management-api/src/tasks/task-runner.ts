import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordBlock } from '@hercules/kafka';
import { LeadershipLost, parseJson, taskKey, type MetadataState } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import type { ChangeContext } from './change-context.ts';
import { taskOutcome, type RetryPolicy } from './task-outcome.ts';
import { taskSchema, type Task } from './task.ts';

/** What the runner needs of the consumer of the tasks topic. */
export interface TaskConsumer {
  commit(offsets: { topic: string; partition: number; offset: number }[]): Promise<void>;
  release(block: RecordBlock): void;
  assignment(): { topic: string; partition: number }[];
}

/** What the runner needs of the metadata's writer. */
export interface LeaderWriter {
  readonly isLeader: boolean;
  claim(): Promise<void>;
  put(key: string, document: unknown): Promise<void>;
  release(): void;
}

export interface TaskRunnerOptions extends RetryPolicy {
  readonly topic: string;
}

const MAX_BACKOFF_MS = 5000;

/**
 * Carries out the queued tasks in their order while this instance owns the one partition of the tasks topic; so of several instances one
 * works (docs/decisions/001-single-writer.md). A task is committed after its result stands in the metadata topic: after a crash the next
 * owner repeats at most the last task, and sees by the result if it was finished. A task that waits for somebody else is committed as well; its
 * result is written by a later task.
 */
export class TaskRunner {
  /** Tasks that this instance has carried out, by how they ended. */
  readonly counters = { done: 0, failed: 0 };
  readonly #consumer: TaskConsumer;
  readonly #writer: LeaderWriter;
  readonly #state: Pick<MetadataState, 'taskResult'>;
  readonly #context: Omit<ChangeContext, 'signal'>;
  readonly #options: TaskRunnerOptions;
  readonly #logger: Logger;
  #ownership = new AbortController();
  #blocks: RecordBlock[] = [];
  #running: Promise<void> | undefined;

  constructor(
    consumer: TaskConsumer,
    writer: LeaderWriter,
    state: Pick<MetadataState, 'taskResult'>,
    context: Omit<ChangeContext, 'signal'>,
    options: TaskRunnerOptions,
    logger: Logger,
  ) {
    this.#consumer = consumer;
    this.#writer = writer;
    this.#state = state;
    this.#context = context;
    this.#options = options;
    this.#logger = logger;
  }

  /** Tasks fetched from the topic: this instance owns its partition. */
  onBlock(block: RecordBlock): void {
    this.#blocks.push(block);
    this.#running ??= this.#run(this.#ownership.signal).finally(() => (this.#running = undefined));
  }

  /** Stops before the next step; what is unfinished is left to the next owner of the partition. */
  async onRevoked(): Promise<void> {
    this.#ownership.abort();
    await this.#running;
    this.#ownership = new AbortController();
    this.#writer.release();
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let block = this.#blocks.shift(); block !== undefined; block = this.#blocks.shift()) {
      for (let i = 0; i < block.count && !signal.aborted; i++) await this.#finish(block, i, signal);
      this.#consumer.release(block);
    }
  }

  /** Tries until the record is dealt with or the partition is lost. */
  async #finish(block: RecordBlock, index: number, signal: AbortSignal): Promise<void> {
    const offset = block.offsets[index]!;
    const task = this.#read(block, index);
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        if (task !== undefined && this.#state.taskResult(task.id) === undefined) await this.#carryOut(task, offset, signal);
        await this.#commit(offset + 1);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#logger.warn({ task: task?.id, offset, err: error }, 'A task could not be finished yet');
        await sleep(Math.min(MAX_BACKOFF_MS, this.#options.backoffMs * 2 ** attempt), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #carryOut(task: Task, offset: number, signal: AbortSignal): Promise<void> {
    await this.#lead(offset);
    // Only now is everything read that a former leader has written.
    if (this.#state.taskResult(task.id) !== undefined) return;
    const result = await taskOutcome({ ...this.#context, signal }, task, this.#options, this.#logger);
    if (result === 'pending') return;
    await this.#writer.put(taskKey(task.id), result);
    this.counters[result.status === 'DONE' ? 'done' : 'failed']++;
  }

  /** The group refuses the commit of a member that is no longer the owner, so a claim is only ever made by the owner. */
  async #lead(offset: number): Promise<void> {
    if (this.#writer.isLeader) return;
    await this.#commit(offset);
    await this.#writer.claim();
    this.#logger.info({ topic: this.#options.topic, offset }, 'This instance carries out the tasks now');
  }

  async #commit(offset: number): Promise<void> {
    const { topic } = this.#options;
    // The consumer passes over partitions that it does not own.
    const owner = this.#consumer.assignment().some((owned) => owned.topic === topic && owned.partition === 0);
    if (!owner) throw new LeadershipLost('the partition of the tasks topic belongs to another instance');
    await this.#consumer.commit([{ topic, partition: 0, offset }]);
  }

  #read(block: RecordBlock, index: number): Task | undefined {
    const start = block.valueStarts[index]!;
    try {
      if (start < 0) throw new Error('it has no value');
      return taskSchema.parse(parseJson(block.buffer.toString('utf8', start, block.valueEnds[index]!)));
    } catch (error) {
      this.#logger.warn({ offset: block.offsets[index], reason: String(error) }, 'Skipped a record of the tasks topic that is no task');
      return undefined;
    }
  }
}
