import {
  type Answer,
  type AnswerDescription,
  type ApiRequest,
  callerName,
  DONE,
  integerParameter,
  type Parameter,
  textParameter,
} from '@hercules/http-api';
import type { Change } from '../tasks/task.ts';
import type { TaskQueue } from '../tasks/task-queue.ts';

const timeoutMs = integerParameter('timeoutMs', {
  expected: 'a whole number of milliseconds from 1000 to 30000',
  minimum: 1000,
  maximum: 30_000,
  required: false,
  description: 'How long the answer may wait for the change to be carried out, in ms; 15000 if left out',
});

const asynchronous = textParameter('async', {
  required: false,
  description: 'If present, be it empty or "false", the answer comes as soon as the change is queued',
});

const DEFAULT_TIMEOUT_MS = 15_000;

const TABLE_OWNER = 'Tables of timelines are made, changed and dropped by cassandra-sink: it has not reported yet, so see whether one runs';

/** Parameters that every change takes (apis §4). */
export const TASK_PARAMETERS: readonly Parameter<unknown>[] = [timeoutMs, asynchronous];

/** Answers that every change may give. */
export const TASK_ANSWERS: Readonly<Record<number, AnswerDescription>> = {
  200: { description: 'Done; with async: queued' },
  400: { description: 'A parameter or the body is missing or bad; the text says which, and what was expected' },
  408: { description: 'Not done in time; the change stays queued and will still run' },
  503: { description: 'Kafka is not available; nothing was queued, or the change was given up after several attempts' },
};

/** Queues a change and, unless the caller asked otherwise, waits until it is done. Throws what it failed with, or TIMEOUT. */
export async function runChange(tasks: Pick<TaskQueue, 'submit' | 'wait'>, request: ApiRequest, change: Change): Promise<Answer> {
  const wait = request.optional(timeoutMs) ?? DEFAULT_TIMEOUT_MS;
  const id = await tasks.submit(change, callerName(request.caller));
  const waitsFor = change.type.startsWith('timeline.') ? TABLE_OWNER : undefined;
  if (!request.has(asynchronous.name)) await tasks.wait(id, wait, waitsFor);
  return DONE;
}
