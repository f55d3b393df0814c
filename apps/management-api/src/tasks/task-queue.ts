import { randomUUID } from 'node:crypto';
import { stringifyJson, type MetadataListener, type TaskResult } from '@hercules/metadata';
import { ERROR_CODES, HerculesError, type ErrorCode, type Logger } from '@hercules/protocol';
import { TaskFailed } from './task-failed.ts';
import { subjectOf, type Change, type Task } from './task.ts';

/** Appends a record to the tasks topic; resolves once all replicas have it. */
export type AppendTask = (key: string, value: Buffer) => Promise<void>;

/** What the queue needs of the registry. */
export interface ResultSource {
  readonly state: { taskResult(id: string): TaskResult | undefined };
  onChange(listener: MetadataListener): () => void;
}

/** Queues changes on the tasks topic and waits for their results to appear in this instance's own registry. Works in any instance. */
export class TaskQueue {
  readonly #append: AppendTask;
  readonly #results: ResultSource;
  readonly #logger: Logger;
  readonly #waiting = new Map<string, (result: TaskResult) => void>();
  readonly #unsubscribe: () => void;

  constructor(append: AppendTask, results: ResultSource, logger: Logger) {
    this.#append = append;
    this.#results = results;
    this.#logger = logger;
    this.#unsubscribe = results.onChange((kind, id) => this.#onChange(kind, id));
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Queues a change for somebody, as logs are to show him (callerName), and returns its id once Kafka has it. Throws KAFKA_UNAVAILABLE. */
  async submit(change: Change, by: string): Promise<string> {
    const task: Task = { id: randomUUID(), by, queuedAt: Date.now(), change };
    const subject = subjectOf(change);
    await this.#append(subject, Buffer.from(stringifyJson(task)));
    this.#logger.info({ task: task.id, change: change.type, subject, by: task.by }, 'Queued a change');
    return task.id;
  }

  /**
   * Waits until the task has been carried out and its effect is visible in this instance (the result follows the effect in one log).
   * Throws what the task failed with, or TIMEOUT (408): the task is still queued and will run.
   * @param waitsFor what else has to happen than its turn, for the text of a TIMEOUT
   */
  async wait(id: string, timeoutMs: number, waitsFor?: string): Promise<void> {
    const result = this.#results.state.taskResult(id) ?? (await this.#nextResult(id, timeoutMs));
    if (result === undefined) {
      throw new HerculesError(
        'TIMEOUT',
        `The change was not carried out within ${timeoutMs} ms; it stays queued and will still run (task ${id})${waitsFor === undefined ? '' : `. ${waitsFor}`}`,
      );
    }
    if (result.status === 'FAILED') throw failureOf(id, result);
  }

  #nextResult(id: string, timeoutMs: number): Promise<TaskResult | undefined> {
    return new Promise((resolve) => {
      const settle = (result: TaskResult | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(result);
      };
      const timer = setTimeout(() => settle(undefined), timeoutMs);
      this.#waiting.set(id, settle);
    });
  }

  #onChange(kind: string, id: string): void {
    if (kind !== 'task' || !this.#waiting.has(id)) return;
    const result = this.#results.state.taskResult(id);
    if (result !== undefined) this.#waiting.get(id)!(result);
  }
}

function failureOf(id: string, result: TaskResult): TaskFailed {
  const { code = 'INTERNAL', error = 'The change failed' } = result;
  return new TaskFailed(code in ERROR_CODES ? (code as ErrorCode) : 'INTERNAL', `${error} (task ${id})`);
}
